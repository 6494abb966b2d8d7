// Sets and tasks of a workflow are dragged to other places by their grips; arrows do the same.

import { say, send } from "./edit.js";
import { gettext } from "./words.js";

const KIND = "application/x-mserve-step";
let dragged = null;

const marked = () => document.querySelectorAll(".before, .after");
const tasks = (list) => [...list.children].filter((each) => "task" in each.dataset);

function begin(event) {
  const grip = event.target.closest?.(".grip");
  if (!grip) return;
  dragged = grip.closest("[data-task], [data-set]");
  event.dataTransfer.setData(KIND, "step");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setDragImage(dragged, 10, 10);
  dragged.classList.add("dragged");
}

// What is dropped upon, and whether behind it; a task may be dropped into a set without any.
function target(event) {
  const kind = "task" in dragged.dataset ? "[data-task]" : "[data-set]";
  const over = event.target.closest?.(kind);
  if (over) {
    const box = over.getBoundingClientRect();
    return { over, after: event.clientY > box.top + box.height / 2 };
  }
  const set = kind === "[data-task]" && event.target.closest?.("[data-set]");
  const list = set && set.querySelector("[data-tasks]");
  return list ? { over: tasks(list).at(-1) ?? set, after: true, list } : null;
}

function over(event) {
  if (!dragged || !event.dataTransfer.types.includes(KIND)) return;
  const found = target(event);
  for (const each of marked()) each.classList.remove("before", "after");
  if (!found) return;
  event.preventDefault();
  found.over.classList.add(found.after ? "after" : "before");
}

// The place from 0 among `all` that the dragged one has once it is taken out and put there.
function placeIn(all, found) {
  const others = all.filter((each) => each !== dragged);
  if (found.over === dragged) return all.indexOf(dragged);
  const at = others.indexOf(found.over);
  return at < 0 ? others.length : at + (found.after ? 1 : 0);
}

function drop(event) {
  const found = dragged && target(event);
  if (!found) return;
  event.preventDefault();
  const task = "task" in dragged.dataset;
  const list = found.list ?? found.over.closest(task ? "[data-tasks]" : ".flow");
  const to = placeIn(task ? tasks(list) : [...list.children], found);
  const more = task ? { to, set: list.dataset.tasks } : { to };
  const form = dragged.querySelector(task ? ".steps" : ".head .steps");
  send(form, "move", more).then(() => say(gettext("Moved.")));
}

function end() {
  dragged?.classList.remove("dragged");
  for (const each of marked()) each.classList.remove("before", "after");
  dragged = null;
}

document.addEventListener("dragstart", begin);
document.addEventListener("dragover", over);
document.addEventListener("drop", drop);
document.addEventListener("dragend", end);
