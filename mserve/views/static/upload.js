// Uploads: where files are chosen or dropped on a page. What sends them is loaded with the first, or where
// something was left to be gone on with.

import { browseInPlace } from "./browse.js";
import { chosen, dropped, picked } from "./dropped.js";
import { entries } from "./ledger.js";
import { notice } from "./notices.js";
import { gettext } from "./words.js";

const form = document.getElementById("upload");
let opened = null;

// The panel; rejects where its modules are of another version by now.
function panel() {
  opened ??= import("./panel.js").then(async ({ Panel }) => {
    const panel = new Panel(form, document.getElementById("transfers"));
    browseInPlace(() => panel.open > 0);
    await panel.recall();
    return panel;
  });
  return opened;
}

// `found` is what dropped.js tells, or will.
async function add(found) {
  const [there, files] = await Promise.all([panel().catch(() => null), found]);
  if (!there) notice(gettext("This page is of an older version; load it again and choose the files once more."));
  else if (files) await there.add(files);
}

function tendFields() {
  for (const field of form.querySelectorAll("input[type=file]"))
    field.addEventListener("change", () => field.files.length && add(chosen(field)));
  if (!window.showOpenFilePicker) return;
  form.querySelector("label[for=files]").addEventListener("click", (event) => {
    event.preventDefault();
    add(picked());
  });
}

function tendDrops() {
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  const mark = (on) => document.body.classList.toggle("dropping", on);
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    mark(true);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || mark(false));
  document.addEventListener("drop", (event) => {
    mark(false);
    if (!holdsFiles(event)) return;
    event.preventDefault();
    add(dropped(event.dataTransfer.items));
  });
}

tendFields();
tendDrops();
entries(form.dataset.place).then((left) => left.length && panel().catch(() => {})); // the server may have let go of it
