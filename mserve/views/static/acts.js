// What is done with selected rows: removed, moved, copied, renamed, run through a workflow.

import { refresh, rest } from "./live.js";
import { notice } from "./notices.js";
import { renameIn } from "./rename.js";
import { focusAt, rows, typing } from "./rows.js";
import { clear, picked } from "./select.js";
import { chooseFolder } from "./target.js";
import { gettext, ngettext } from "./words.js";

const AT_ONCE = 4;
const bar = () => document.getElementById("selection");

// The path of a place from the client's own root on.
function pathOf(url) {
  const path = url.slice(bar().dataset.base.length);
  return path.split("/").filter(Boolean).map(decodeURIComponent).join("/");
}

async function batch(operations) {
  const { results } = await rest(`${bar().dataset.folder}-/batch`, "POST", { operations });
  return results;
}

// Tells what came of it: the refused one by one, the others by `words` of their number.
async function tell(chosen, results, words, undo = null) {
  const refused = results.filter((each) => each.status !== 200);
  const done = results.length - refused.length;
  clear();
  await refresh();
  if (done) notice(words(done), undo);
  results.forEach((each, n) => {
    if (each.status !== 200) notice(`${chosen[n].dataset.name}: ${each.said ?? each.detail}`);
  });
}

async function remove(chosen) {
  const place = rows().indexOf(chosen[0]);
  const results = await batch(chosen.map((row) => ({ op: "remove", path: below(row) })));
  const trashed = results.map((each) => each.trashed).filter(Boolean);
  const undo = trashed.length ? () => restore(trashed) : null;
  const words = (num) => ngettext("%(num)s removed", "%(num)s removed", num);
  await tell(chosen, results, words, undo);
  focusAt(place);
}

async function restore(urls) {
  for (const url of urls) await rest(url, "POST");
  await refresh();
}

// A row's path from the folder on, as one that a search found is further below.
function below(row) {
  const path = row.dataset.url.slice(bar().dataset.folder.length);
  return path.split("/").filter(Boolean).map(decodeURIComponent).join("/");
}

async function carry(op, chosen) {
  const title = op === "move" ? gettext("Move to") : gettext("Copy to");
  const { root, folder } = bar().dataset;
  const url = await chooseFolder(title, root, folder, chosen.map((row) => row.dataset.url));
  if (url) await carryTo(op, chosen, url);
}

export async function carryTo(op, chosen, url) {
  const parent = pathOf(url);
  const results = await batch(chosen.map((row) => ({ op, path: below(row), parent })));
  const name = parent.split("/").at(-1) || "/";
  const words = (num) =>
    op === "move"
      ? ngettext("%(num)s moved to %(name)s", "%(num)s moved to %(name)s", num, { name })
      : ngettext("%(num)s copied to %(name)s", "%(num)s copied to %(name)s", num, { name });
  await tell(chosen, results, words, op === "move" ? () => takeBack(results) : null);
}

async function takeBack(results) {
  const parent = pathOf(bar().dataset.folder);
  for (const { node } of results.filter((each) => each.node))
    await rest(node.url, "PATCH", { parent });
  await refresh();
}

async function run(chosen) {
  const workflow = bar().querySelector("select").value;
  const files = chosen.filter((row) => row.dataset.type === "mfile");
  let begun = 0;
  const queue = [...files];
  const work = async () => {
    for (let row = queue.shift(); row; row = queue.shift()) {
      try {
        await rest(`${row.dataset.url}/-/jobs`, "POST", { workflow });
        begun += 1;
      } catch (problem) {
        notice(`${row.dataset.name}: ${problem.message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  clear();
  const jobs = `${bar().dataset.folder}-/jobs`;
  if (begun) notice(ngettext("%(num)s job begun", "%(num)s jobs begun", begun), null, jobs);
  if (files.length < chosen.length) notice(gettext("Workflows run on files; folders were left out."));
  await refresh();
}

// A zip of them, which the browser fetches as any download.
function download(chosen) {
  const names = new URLSearchParams(chosen.map((row) => ["name", row.dataset.name]));
  location.assign(`${bar().dataset.folder}?format=zip&${names}`);
}

const ACTS = {
  clear,
  remove,
  download,
  run,
  move: (chosen) => carry("move", chosen),
  copy: (chosen) => carry("copy", chosen),
  rename: ([row]) => renameIn(row),
};
const KEYS = { Delete: "remove", F2: "rename" };

async function act(name) {
  const chosen = picked();
  const alert = bar().querySelector("[role=alert]");
  alert.textContent = "";
  try {
    if (chosen.length || name === "clear") await ACTS[name](chosen);
  } catch (problem) {
    if (bar().hidden) notice(problem.message);
    else alert.textContent = problem.message;
  }
}

export function tendActs() {
  bar().addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) act(button.dataset.act);
  });
  document.addEventListener("keydown", (event) => {
    const name = typing(event) ? null : KEYS[event.key];
    if (!name || !bar().querySelector(`[data-act=${name}]`)) return;
    event.preventDefault();
    act(name);
  });
}
