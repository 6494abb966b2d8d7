// Space shows a file without leaving the listing: its picture or player, as its own page has it.

import { focused, linkOf, rowOf, rows, typing } from "./rows.js";
import { gettext } from "./words.js";

const OWN = "video, audio, .tools, .stage, .scroll, .pages"; // what has uses of its own for keys
const dialog = () => document.getElementById("preview");
let viewer = null; // the module that tends pictures, once a preview was asked for

// What the pages of files have beside what is here.
async function dress() {
  if (viewer) return;
  const look = Object.assign(document.createElement("link"), { rel: "stylesheet" });
  look.href = new URL("viewer.css", import.meta.url);
  document.head.append(look);
  viewer = await import("./viewer.js");
}

async function show(row) {
  const { name, url } = row.dataset;
  dialog().querySelector("#preview-title").textContent = name;
  dialog().querySelector("a").href = url;
  const place = dialog().querySelector("div");
  place.replaceChildren();
  if (!dialog().open) dialog().showModal();
  try {
    await dress();
    const answer = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (row.dataset.id !== current) return; // another is wanted by now
    const shown = page.getElementById("viewer");
    viewer?.reset();
    place.replaceChildren(...(shown ? [document.importNode(shown, true)] : [gettext("There is no preview.")]));
  } catch {
    place.replaceChildren(gettext("There is no preview."));
  }
}

// In the dialog the arrows go on to the next file.
function step(event) {
  if (event.target.closest(OWN)) return;
  if (event.key === " ") dialog().close();
  const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (event.key !== " " && !way) return;
  event.preventDefault();
  const row = way && neighbour(way);
  if (!row) return;
  current = row.dataset.id;
  show(row);
}

// The next file before or behind the one that is shown; what lies behind a dialog has no focus.
function neighbour(way) {
  const all = rows().filter((row) => row.dataset.type === "mfile");
  return all[all.findIndex((row) => row.dataset.id === current) + way];
}

let current = null; // the id of the row that is shown

// Focuses the row, which may have been brought up to date meanwhile.
function back() {
  const row = rows().find((each) => each.dataset.id === current);
  if (row) linkOf(row).focus();
}

export function tendPreview() {
  dialog().querySelector("[data-do=close]").addEventListener("click", () => dialog().close());
  dialog().addEventListener("keydown", step);
  dialog().addEventListener("close", back);
  dialog().addEventListener("close", () => dialog().querySelector("div").replaceChildren()); // silence
  document.addEventListener("keydown", (event) => {
    const row = focused();
    if (event.key !== " " || typing(event) || event.target.classList.contains("pick")) return;
    if (rowOf(event.target)?.dataset.type !== "mfile" || !row) return;
    event.preventDefault();
    current = row.dataset.id;
    show(row);
  });
}
