// The panel of uploads: its head, and a line for each that is of interest.

import { Head } from "./head.js";
import { CHANGED, found, recall } from "./left.js";
import { CHOICES, Line } from "./line.js";
import { Transfers } from "./transfers.js";
import { gettext } from "./words.js";

const OFTEN = 200; // ms between two paintings
const LINES = 200; // more are shown only when there is something to be done about them
const QUIET = ["checking", "waiting", "done"];

export class Panel {
  constructor(form, section) {
    Object.assign(this, { form, section });
    this.list = section.querySelector("ul");
    this.lines = new Map();
    this.changed = new Set(); // transfers that have moved since they were shown last
    this.transfers = new Transfers(form, (transfer) => this.moved(transfer));
    this.head = new Head(section, this.transfers.tally, "replace" in form.dataset, {
      chooseAll: (choice) => this.transfers.conflicts.chooseAll(choice),
      each: (name, states) => this.each(name, states),
      clear: () => this.clear(),
    });
    section.querySelector("[aria-expanded]").addEventListener("click", (event) => this.fold(event.currentTarget));
    window.addEventListener("beforeunload", (event) => this.transfers.losing && event.preventDefault());
  }

  // Shows what was left here; comes back when the server has told how far that is.
  recall() {
    return recall(this.transfers);
  }

  // Lines of what was tried with the same paths before go.
  add(found) {
    const paths = new Set(found.files.map(({ path }) => path));
    const over = this.transfers.tally.in("done", "failed", "skipped");
    this.forget(over.filter(({ path, elsewhere }) => !elsewhere && paths.has(path)));
    return this.transfers.add(found);
  }

  get open() {
    return this.transfers.tally.open;
  }

  fold(toggle) {
    const open = toggle.getAttribute("aria-expanded") !== "true";
    toggle.setAttribute("aria-expanded", String(open));
    this.section.toggleAttribute("data-folded", !open);
  }

  moved(transfer) {
    this.section.hidden = false;
    this.changed.add(transfer);
    this.soon();
  }

  show(transfer) {
    const line = this.lines.get(transfer);
    if (line) line.show();
    else if (this.lines.size < LINES || !QUIET.includes(transfer.state)) this.addLine(transfer);
  }

  // Beyond the most the oldest that needs no look makes room.
  addLine(transfer) {
    const old = this.lines.size < LINES ? null : [...this.lines.keys()].find(({ state }) => QUIET.includes(state));
    if (old) this.removeLine(old);
    const line = new Line(transfer, (name) => this.act(transfer, name), (each) => this.transfers.conflicts.choices(each));
    this.lines.set(transfer, line);
    this.list.append(line.element);
  }

  removeLine(transfer) {
    this.lines.get(transfer)?.element.remove();
    this.lines.delete(transfer);
    this.changed.delete(transfer);
  }

  forget(transfers) {
    for (const each of transfers) this.removeLine(each);
    this.transfers.tally.forget(transfers);
  }

  act(transfer, name) {
    const acts = {
      cancel: () => transfer.skip(gettext("cancelled")),
      pause: () => transfer.pause(),
      hurry: () => transfer.hurry?.(),
      resume: () => transfer.to("waiting"),
      retry: () => this.retry(transfer),
      find: () => this.find(transfer),
    };
    if (name in CHOICES) this.transfers.conflicts.choose(transfer, name);
    else acts[name]();
    this.transfers.next();
  }

  each(name, states) {
    for (const transfer of this.transfers.tally.in(...states)) this.act(transfer, name);
  }

  retry(transfer) {
    transfer.attempts = 0;
    transfer.to("checking");
    this.transfers.check([transfer]);
  }

  // Its file: by the handle, or else the person chooses it.
  async find(transfer) {
    if (!transfer.handle) return this.form.querySelector("label[for=files]").click();
    const file = await found(transfer);
    if (file) this.transfers.resume(transfer, file);
    else transfer.to("left", CHANGED);
  }

  // Soon and all at once, as many small files change many times a second.
  soon() {
    this.planned ??= setTimeout(() => {
      this.planned = null;
      for (const transfer of this.changed) this.show(transfer);
      this.changed.clear();
      for (const [transfer, line] of this.lines) if (transfer.state === "sending") line.paint();
      this.head.paint();
      if (this.transfers.tally.number("sending")) this.soon();
    }, OFTEN);
  }

  clear() {
    this.forget(this.transfers.tally.in("done", "failed", "skipped"));
    this.section.hidden = !this.transfers.tally.all.length;
    this.soon();
    document.getElementById("files").focus();
  }
}
