// A name is changed where it stands: Enter keeps it, Escape leaves it as it was.

import { refresh, rest } from "./live.js";
import { notice } from "./notices.js";
import { linkOf, rows } from "./rows.js";
import { gettext } from "./words.js";

export function renameIn(row) {
  const link = linkOf(row);
  const name = row.dataset.name;
  const field = Object.assign(document.createElement("input"), { value: name, maxLength: 255, className: "rename" });
  field.setAttribute("aria-label", gettext("New name of %(name)s", { name }));
  link.hidden = true;
  link.after(field);
  field.focus();
  field.setSelectionRange(0, stem(name, row.dataset.type));
  let over = false;
  const end = async (keep) => {
    if (over) return;
    over = true;
    const wanted = field.value.trim();
    field.remove();
    link.hidden = false;
    link.focus();
    if (keep && wanted && wanted !== name) await rename(row, wanted);
  };
  field.addEventListener("blur", () => end(true));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      end(event.key === "Enter");
    }
    event.stopPropagation();
  });
}

// The length of the name without its ending, which stays most of the time.
function stem(name, type) {
  const dot = name.lastIndexOf(".");
  return type === "mfile" && dot > 0 ? dot : name.length;
}

async function rename(row, name) {
  const { id, name: before } = row.dataset;
  try {
    const { url } = await rest(row.dataset.url, "PATCH", { name });
    await refresh();
    const undo = async () => {
      await rest(url, "PATCH", { name: before });
      await refresh();
    };
    notice(gettext("“%(before)s” is called “%(name)s” now", { before, name }), undo);
    const now = rows().find((each) => each.dataset.id === id);
    if (now) linkOf(now).focus();
  } catch (problem) {
    notice(problem.message);
  }
}
