// Rows are dragged onto a folder, or onto one of the folders above: moved, or with Ctrl copied.

import { carryTo } from "./acts.js";
import { notice } from "./notices.js";
import { rowOf } from "./rows.js";
import { clear, picked } from "./select.js";

const KIND = "application/x-mserve-rows";
let dragged = [];

// Where a drop at the element leads to: the URL of a folder, and what is marked meanwhile.
function targetOf(element) {
  const row = rowOf(element);
  if (row) return row.dataset.type === "folder" && !dragged.includes(row) ? [row.dataset.url, row] : null;
  const crumb = element?.closest?.(".crumbs a:not([aria-current])");
  const root = document.getElementById("selection").dataset.root;
  return crumb && crumb.href.startsWith(root) ? [crumb.href.split("?")[0], crumb] : null;
}

function begin(event) {
  const row = rowOf(event.target);
  if (!row) return;
  dragged = picked().includes(row) ? picked() : [row];
  if (dragged[0] === row && dragged.length === 1) clear();
  event.dataTransfer.setData(KIND, "rows");
  event.dataTransfer.setData("text/uri-list", dragged.map((each) => each.dataset.url).join("\n"));
  event.dataTransfer.effectAllowed = "copyMove";
}

function mark(element) {
  for (const each of document.querySelectorAll(".over")) if (each !== element) each.classList.remove("over");
  element?.classList.add("over");
}

function over(event) {
  if (!event.dataTransfer?.types.includes(KIND)) return;
  const target = targetOf(event.target);
  mark(target?.[1]);
  if (!target) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = event.ctrlKey ? "copy" : "move";
}

async function drop(event) {
  const target = event.dataTransfer?.types.includes(KIND) && targetOf(event.target);
  mark(null);
  if (!target) return;
  event.preventDefault();
  try {
    await carryTo(event.ctrlKey ? "copy" : "move", dragged, target[0]);
  } catch (problem) {
    notice(problem.message);
  }
}

export function tendDrags() {
  if (!document.querySelector("#selection [data-act=move]")) return;
  document.addEventListener("dragstart", begin);
  document.addEventListener("dragover", over);
  document.addEventListener("drop", drop);
  document.addEventListener("dragend", () => {
    mark(null);
    dragged = [];
  });
}
