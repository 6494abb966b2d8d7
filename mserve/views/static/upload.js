// Uploads: files that were chosen or dropped, three at a time, each with its line under "Uploads".

import { refresh, rest } from "./live.js";
import { Line } from "./line.js";
import { transfer } from "./transfer.js";
import { watch } from "./watch.js";
import { gettext } from "./words.js";

const AT_ONCE = 3;
const NAMES = 200; // asked about in one request
const OPEN = new Set(["checking", "waiting", "asking", "sending"]);

class Uploads {
  constructor(form, section) {
    this.folder = form.dataset.folder;
    this.mayReplace = "replace" in form.dataset;
    this.section = section;
    this.list = section.querySelector("ul");
    this.all = [];
  }

  async add(files) {
    const uploads = files.map((file) => this.newUpload(file));
    this.section.hidden = false;
    this.show();
    for (let start = 0; start < uploads.length; start += NAMES)
      await this.check(uploads.slice(start, start + NAMES));
  }

  newUpload(file) {
    const upload = { file, name: file.name, sent: 0, replace: false, state: "checking" };
    upload.line = new Line(upload.name, file.size, {
      cancel: () => this.cancel(upload),
      retry: () => this.check([upload]),
      replace: () => this.replace([upload]),
      skip: () => this.end(upload, "skipped", gettext("skipped")),
    });
    this.forget(this.all.filter(({ name, state }) => name === upload.name && !OPEN.has(state)));
    this.all.push(upload);
    this.list.append(upload.line.element);
    return upload;
  }

  // Asks which names are taken, so that nothing is replaced unasked.
  async check(uploads) {
    const form = new URLSearchParams([["do", "taken"], ...uploads.map(({ name }) => ["name", name])]);
    let taken;
    try {
      ({ taken } = await rest(this.folder, "POST", form));
    } catch (problem) {
      for (const upload of uploads) this.end(upload, "failed", problem.message);
      return;
    }
    for (const upload of uploads) this.decide(upload, taken[upload.name] ?? this.sameName(upload));
    this.next();
  }

  sameName(upload) {
    const twin = ({ name, state }) => name === upload.name && OPEN.has(state);
    return this.all.slice(0, this.all.indexOf(upload)).some(twin) ? "mfile" : undefined;
  }

  decide(upload, taken) {
    if (!taken || upload.replace) this.to(upload, "waiting", gettext("waits"));
    else if (taken !== "mfile") this.end(upload, "failed", gettext("a folder is called so already"));
    else if (this.mayReplace) this.to(upload, "asking", gettext("is here already"));
    else this.end(upload, "failed", gettext("is here already, and your key can't replace it"));
  }

  replace(uploads) {
    for (const upload of uploads) {
      upload.replace = true;
      this.to(upload, "waiting", gettext("waits"));
    }
    this.next();
  }

  next() {
    const sending = this.all.filter(({ state }) => state === "sending").length;
    const waiting = this.all.filter(({ state }) => state === "waiting");
    for (const upload of waiting.slice(0, Math.max(AT_ONCE - sending, 0))) this.send(upload);
  }

  async send(upload) {
    const { file, name, replace } = upload;
    this.to(upload, "sending", "");
    const url = this.folder + encodeURIComponent(name);
    upload.transfer = transfer(file, url, replace, (bytes) => this.progress(upload, bytes));
    try {
      this.stored(upload, await upload.transfer.done);
    } catch (problem) {
      if (problem.status === 412) this.decide(upload, "mfile");
      else if (upload.state === "sending") this.end(upload, "failed", problem.message);
    }
    this.next();
  }

  progress(upload, bytes) {
    upload.sent = Math.min(bytes, upload.file.size);
    upload.line.progress(upload.sent);
    this.showProgress();
  }

  stored(upload, mfile) {
    upload.line.link(mfile.url);
    this.end(upload, "done", mfile.job ? gettext("uploaded, in work") : gettext("uploaded"));
    refresh();
    if (mfile.job) watch(mfile.job, (job) => this.processed(upload, mfile, job));
  }

  async processed(upload, mfile, job) {
    if (job && !job.ended) return;
    upload.line.say(job?.state === "failed" ? gettext("uploaded, but its job failed") : gettext("uploaded"));
    try {
      const { renditions } = await rest(mfile.links.info);
      if (renditions.thumbnail) upload.line.picture(renditions.thumbnail);
    } catch {
      // the listing tells what has become of it
    }
  }

  cancel(upload) {
    this.end(upload, "skipped", gettext("cancelled"));
    upload.transfer?.stop();
    this.next();
  }

  end(upload, state, words) {
    upload.sent = upload.file.size;
    this.to(upload, state, words);
  }

  to(upload, state, words) {
    if (state === "waiting") upload.sent = 0;
    upload.state = state;
    upload.line.to(state, words);
    this.show();
  }

  count(...states) {
    return this.all.filter(({ state }) => states.includes(state)).length;
  }

  get open() {
    return this.count(...OPEN);
  }

  get busy() {
    return this.open > this.count("asking");
  }

  show() {
    const [done, failed, asking] = [this.count("done"), this.count("failed"), this.count("asking")];
    const words = [gettext("%(done)s of %(all)s uploaded", { done, all: this.all.length - this.count("skipped") })];
    if (failed) words.push(gettext("%(failed)s failed", { failed }));
    if (asking) words.push(gettext("%(asking)s waiting for your choice", { asking }));
    this.say(words.join(", "));
    this.showProgress();
    this.showChoices(asking);
  }

  say(words) {
    const status = this.section.querySelector("[role=status]");
    if (status.textContent !== words) status.textContent = words;
  }

  showProgress() {
    const total = this.all.reduce((sum, { file }) => sum + file.size, 0);
    const sent = this.all.reduce((sum, upload) => sum + upload.sent, 0);
    const bar = this.section.querySelector(":scope > progress");
    bar.value = this.open ? (total ? sent / total : 0) : 1;
  }

  showChoices(asking) {
    const asked = () => this.all.filter(({ state }) => state === "asking");
    const skip = () => asked().forEach((upload) => this.end(upload, "skipped", gettext("skipped")));
    const choices = [];
    if (asking > 1) choices.push([gettext("Replace all"), () => this.replace(asked())], [gettext("Skip all"), skip]);
    if (!this.open) choices.push([gettext("Clear this list"), () => this.clear()]);
    const bar = this.section.querySelector(".choices");
    if (bar.textContent === choices.map(([words]) => words).join("")) return;
    bar.replaceChildren(...choices.map(([words, act]) => Line.button(words, act)));
  }

  forget(uploads) {
    this.all = this.all.filter((upload) => !uploads.includes(upload));
    for (const { line } of uploads) line.element.remove();
  }

  clear() {
    this.forget(this.all);
    this.section.hidden = true;
    document.getElementById("files").focus();
  }
}

// The files of a drop; a folder among them is told, not sent.
function dropped(transfer) {
  const files = [];
  for (const item of transfer.items) {
    if (item.kind !== "file") continue;
    const folder = item.webkitGetAsEntry?.()?.isDirectory;
    const file = item.getAsFile();
    if (file && !folder) files.push(file);
  }
  return files;
}

function tendDrops(uploads) {
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
    const files = dropped(event.dataTransfer);
    const folders = event.dataTransfer.items.length - files.length;
    if (files.length) uploads.add(files);
    if (folders) tellFolders(uploads, folders);
  });
}

function tellFolders(uploads, number) {
  uploads.section.hidden = false;
  uploads.say(gettext("Folders can't be dropped here; make one, open it and drop its files."));
}

export function tendUploads() {
  const form = document.getElementById("upload");
  if (!form) return;
  const uploads = new Uploads(form, document.getElementById("transfers"));
  const input = form.querySelector("input[type=file]");
  input.addEventListener("change", () => {
    uploads.add([...input.files]);
    input.value = "";
  });
  tendDrops(uploads);
  window.addEventListener("beforeunload", (event) => uploads.busy && event.preventDefault());
}
