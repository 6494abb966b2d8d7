// The rows (or cards) of a listing: which there are, and moving about among them by keys.

const SELECTOR = "[data-rows] > [data-id]";

export const rows = () => [...document.querySelectorAll(SELECTOR)];
export const rowOf = (element) => element?.closest?.(SELECTOR) ?? null;
export const linkOf = (row) => row.querySelector("a");
export const focused = () => rowOf(document.activeElement);

// How many rows one step up or down is: of cards, as many as stand side by side.
function width(all) {
  const top = all[0]?.offsetTop;
  const below = all.findIndex((row) => row.offsetTop !== top);
  return below < 1 ? all.length : below;
}

function steps(all) {
  const cards = all[0]?.classList.contains("card");
  const line = cards ? width(all) : 1;
  const steps = { ArrowDown: line, ArrowUp: -line, Home: -all.length, End: all.length };
  return cards ? { ...steps, ArrowRight: 1, ArrowLeft: -1 } : steps;
}

// Moves the focus by the key of the event; returns the row, or null where the key moves nothing.
export function move(key) {
  const all = rows();
  const step = steps(all)[key];
  if (!step || !all.length) return null;
  const now = all.indexOf(focused());
  const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + step, 0), all.length - 1);
  linkOf(all[next]).focus();
  return all[next];
}

// Focuses the row that stands where one was that is gone.
export function focusAt(index) {
  const all = rows();
  if (all.length) linkOf(all[Math.min(index, all.length - 1)]).focus();
}

// Whether a key is meant for something that is typed into, or for a dialog.
export const typing = (event) =>
  event.defaultPrevented || event.target.closest("input:not(.pick), textarea, select, dialog, details[open]") !== null;
