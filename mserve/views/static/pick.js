// Buttons marked data-pick="<id of a field>": what is chosen in a dialog is the path in the field. One walks
// below data-root; the path begins at data-base, if that is another place.

import { choose } from "./chooser.js";
import { folderAt, wayTo } from "./places.js";
import { gettext } from "./words.js";

// A file's path is all that is put in; a folder's takes the place of that before the last name.
async function pick({ pick: id, want, root, base = root }) {
  const folders = want === "folder";
  const names = document.getElementById(id).value.split("/").filter(Boolean);
  const last = names.pop();
  const title = folders ? gettext("Choose a folder") : gettext("Choose a file");
  const url = await choose({ title, root, folders, url: folderAt(base, names) });
  const field = document.getElementById(id); // the page may have been brought up to date meanwhile
  field.focus();
  if (!url) return;
  field.value = [...wayTo(base, url), ...(folders && last ? [last] : [])].join("/");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pick]");
  if (button) pick(button.dataset);
});
