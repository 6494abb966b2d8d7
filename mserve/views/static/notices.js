// What has been done, told at the foot of the page for a while, and a button that takes it back.

import { gettext } from "./words.js";

const WHILE = 12000; // ms

function place() {
  let found = document.getElementById("notices");
  if (found) return found;
  found = Object.assign(document.createElement("div"), { id: "notices", className: "notices" });
  found.setAttribute("role", "status");
  document.body.append(found);
  return found;
}

// Tells `words`; `undo` is what the button does, and `link` where more is told, if they are given.
export function notice(words, undo = null, link = null) {
  const line = document.createElement("p");
  line.append(words);
  if (link) line.append(Object.assign(document.createElement("a"), { href: link, textContent: gettext("Look at them") }));
  if (undo) line.append(button(gettext("Undo"), () => act(line, undo)));
  line.append(button("×", () => line.remove(), gettext("Close")));
  place().append(line);
  fade(line);
  return line;
}

// It stays as long as somebody points at it or has the focus in it.
function fade(line) {
  setTimeout(() => {
    if (line.matches(":hover, :focus-within")) fade(line);
    else line.remove();
  }, WHILE);
}

function button(words, act, label = words) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

async function act(line, undo) {
  for (const each of line.querySelectorAll("button")) each.disabled = true;
  try {
    await undo();
    line.remove();
  } catch (problem) {
    line.replaceChildren(problem.message, button("×", () => line.remove(), gettext("Close")));
  }
}
