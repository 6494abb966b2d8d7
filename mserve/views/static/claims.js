// Claims: two tabs of a browser do not send the same file. Where it knows no locks (pages without TLS)
// the server refuses the second one.

// Takes the claim, and returns what gives it back; null where another tab has it.
export function claim(name) {
  if (!navigator.locks) return () => {};
  return new Promise((resolve) => {
    navigator.locks.request(name, { ifAvailable: true }, (lock) =>
      lock ? new Promise((release) => resolve(release)) : resolve(null),
    );
  });
}

export async function claimed(name) {
  const { held } = (await navigator.locks?.query()) ?? { held: [] };
  return held.some((each) => each.name === name);
}
