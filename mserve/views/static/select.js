// Which rows are selected: by their boxes, by Shift for a range, by Ctrl+A for all that are shown.

import { focused, move, rowOf, rows, typing } from "./rows.js";
import { ngettext } from "./words.js";

const chosen = new Set(); // ids
let last = null; // the row that was chosen last, where a range begins

const box = (row) => row.querySelector(".pick");

// What is to be acted on: what is selected, or else the row that has the focus.
export function picked() {
  const selected = rows().filter((row) => chosen.has(row.dataset.id));
  return selected.length ? selected : [focused()].filter(Boolean);
}

export function clear() {
  chosen.clear();
  show();
}

function choose(row, on) {
  if (on) chosen.add(row.dataset.id);
  else chosen.delete(row.dataset.id);
}

// Selects from the row that was chosen last to this one.
function chooseTo(row, on) {
  const all = rows();
  const [from, to] = [all.indexOf(last), all.indexOf(row)].sort((a, b) => a - b);
  for (const each of all.slice(Math.max(from, 0), to + 1)) choose(each, on);
}

function toggle(row, on, range) {
  if (range && last?.isConnected) chooseTo(row, on);
  else choose(row, on);
  last = row;
  show();
}

export function show() {
  const all = rows();
  const here = new Set(all.map((row) => row.dataset.id));
  for (const id of chosen) if (!here.has(id)) chosen.delete(id);
  for (const row of all) {
    box(row).checked = chosen.has(row.dataset.id);
    row.toggleAttribute("data-picked", box(row).checked);
  }
  showBar(all.length);
}

function showBar(number) {
  const bar = document.getElementById("selection");
  bar.hidden = !chosen.size;
  bar.querySelector("output").textContent = ngettext("%(num)s selected", "%(num)s selected", chosen.size);
  const one = chosen.size === 1;
  const rename = bar.querySelector("[data-act=rename]");
  if (rename) rename.hidden = !one;
  const all = document.getElementById("pick-all");
  if (!all) return;
  all.checked = chosen.size > 0 && chosen.size === number;
  all.indeterminate = chosen.size > 0 && chosen.size < number;
}

function keys(event) {
  if (typing(event)) return;
  if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
    for (const row of rows()) chosen.add(row.dataset.id);
  } else if (event.key === "Escape" && chosen.size) {
    chosen.clear();
  } else if (event.key === "x" && focused()) {
    return toggle(focused(), !chosen.has(focused().dataset.id), false);
  } else {
    const before = focused();
    const row = !event.ctrlKey && !event.metaKey && !event.altKey ? move(event.key) : null;
    if (!row) return;
    event.preventDefault();
    if (!event.shiftKey) return;
    if (before) choose(before, true);
    choose(row, true);
    last = row;
  }
  event.preventDefault();
  show();
}

export function tendSelection() {
  document.addEventListener("click", (event) => {
    if (event.target.id === "pick-all") {
      for (const row of rows()) choose(row, event.target.checked);
      show();
    } else if (event.target.classList.contains("pick")) {
      toggle(rowOf(event.target), event.target.checked, event.shiftKey);
    }
  });
  document.addEventListener("keydown", keys);
  document.addEventListener("refreshed", show);
}
