// Forms in #editor are sent without leaving the page: the server's next page takes its place, and
// the focus stays with what was changed. Without this script they are plain forms.

import { posted } from "./ask.js";
import { notice } from "./notices.js";
import { gettext } from "./words.js";

const editor = () => document.getElementById("editor");

// Sends the form as if its button that says `act` had been pressed.
export async function send(form, act, more = {}) {
  const fields = new FormData(form);
  fields.set("do", act);
  for (const [name, value] of Object.entries(more)) fields.set(name, value);
  const fresh = await posted(form, fields);
  const now = fresh?.getElementById("editor");
  if (!now) return notice(gettext("the server can't be reached; is the connection down?"));
  editor().replaceWith(document.importNode(now, true));
  document.dispatchEvent(new Event("refreshed"));
}

// What was pressed again, where it went; else what the page says of it.
function focus(act, label) {
  const moved = editor().querySelector(".moved");
  const same = label && editor().querySelector(`[aria-label="${CSS.escape(label)}"]`);
  const target =
    moved?.querySelector(`.steps [value=${act}]`) ??
    moved?.querySelector("button, a") ??
    same ??
    editor().querySelector("[role=alert], .undo button, h1");
  if (!target) return;
  if (!target.matches("a, button")) target.tabIndex = -1;
  target.focus();
  moved?.scrollIntoView({ block: "nearest" });
}

export function say(words) {
  const told = document.getElementById("told");
  if (told) told.textContent = words;
}

function tell() {
  if (editor().querySelector("[role=alert]")) return;
  const undo = editor().querySelector(".undo span");
  if (undo) say(`${gettext("Done.")} ${undo.textContent}`);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.closest("#editor") || form.method !== "post" || "whole" in form.dataset) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button");
  const label = button.getAttribute("aria-label");
  button.disabled = true;
  await send(form, button.value);
  button.disabled = false;
  focus(button.value, label);
  tell();
});
