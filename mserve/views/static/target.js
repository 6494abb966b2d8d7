// Where selected rows are to be moved or copied to. The dialog comes with the first that is asked.

// Asks for a folder, beginning at `url`; its URL, or null. `but`: URLs that are not to be chosen.
export async function chooseFolder(title, root, url, but) {
  const { choose } = await import("./chooser.js");
  return choose({ title, root, url, but });
}
