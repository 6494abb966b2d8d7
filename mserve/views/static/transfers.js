// Transfers: all uploads of this page, some of them at a time.

import { bundleOf, canJoin, sendTogether } from "./bundle.js";
import { Conflicts } from "./conflicts.js";
import { refresh, rest } from "./live.js";
import { notice } from "./notices.js";
import { Tally } from "./tally.js";
import { Transfer } from "./transfer.js";
import { gettext } from "./words.js";

const AT_ONCE = 5; // of the six connections that a browser has to one server
const LARGE = 3; // of these, as each has two pieces in memory
const MANY = 20;
const PAUSE = 3000; // ms between two looks at the listing, while many files come

export class Transfers {
  // `watcher` is told each transfer that is new or has moved.
  constructor(form, watcher) {
    const { base, folder, place } = form.dataset;
    this.where = { base, folder, place, deposits: "deposits" in form.dataset };
    this.watcher = watcher;
    this.tally = new Tally();
    this.conflicts = new Conflicts("replace" in form.dataset, this.tally, () => this.next());
    this.queue = []; // those that wait, and some that don't any more
    this.active = new Set();
    this.told = (transfer, before) => this.moved(transfer, before);
  }

  // Files, and folders without any, as dropped.js has found them.
  async add({ files, folders, lost }) {
    for (const name of lost) notice(gettext("“%(name)s” can't be read.", { name }));
    const fresh = files.filter((each) => !this.known(each)).map((each) => this.make(each));
    if (!this.where.deposits) await this.makeFolders(folders);
    await this.check(fresh);
  }

  make(found) {
    const transfer = new Transfer(this.where, found, this.told);
    this.enter(transfer);
    return transfer;
  }

  enter(transfer) {
    this.tally.enter(transfer);
    this.watcher(transfer);
  }

  // One that is on its way already is not sent twice; one that was left goes on.
  known(found) {
    const same = this.tally.all.find((each) => !each.elsewhere && (each.open || each.state === "left") && each.is(found));
    if (same?.state === "left") this.resume(same, found);
    return Boolean(same);
  }

  resume(transfer, { file, handle }) {
    Object.assign(transfer, { file, handle: handle ?? transfer.handle });
    transfer.to("waiting");
    this.next();
  }

  // Empty ones; those of files are made by the server.
  async makeFolders(paths) {
    for (const path of new Set(paths.flatMap(ways))) {
      const names = path.split("/");
      const above = names.slice(0, -1).map((name) => `${encodeURIComponent(name)}/`).join("");
      try {
        await rest(this.where.folder + above, "POST", { type: "folder", name: names.at(-1) });
      } catch (problem) {
        if (problem.status !== 409) notice(`${path}: ${problem.message}`); // it is there
      }
    }
    if (paths.length) refresh();
  }

  // Those of who deposits get names of their own each time.
  async check(transfers) {
    if (!this.where.deposits) return this.conflicts.check(transfers);
    for (const each of transfers) each.to("waiting");
    this.next();
  }

  moved(transfer, before) {
    this.tally.moved(transfer, before);
    this.watcher(transfer);
    if (transfer.state === "waiting") this.queue.push(transfer);
    if (transfer.state === "asking") this.conflicts.apply(transfer);
    if (transfer.state === "done") this.look();
    if (!this.tally.open) this.conflicts.rule = null;
  }

  // Brings the listing up to date.
  look() {
    if (this.tally.open < MANY) refresh();
    else this.planned ??= setTimeout(() => ((this.planned = null), refresh()), PAUSE);
  }

  next() {
    while (this.active.size < AT_ONCE) {
      const at = this.queue.findIndex((each) => this.mayStart(each));
      if (at < 0) break;
      const [transfer] = this.queue.splice(at, 1);
      if (this.queue.length >= MANY && canJoin(transfer)) this.startTogether(transfer);
      else this.start(transfer);
    }
    while (this.queue.length && this.queue[0].state !== "waiting") this.queue.shift();
  }

  mayStart(transfer) {
    if (transfer.state !== "waiting" || this.active.has(transfer)) return false;
    return !transfer.large || [...this.active].filter(({ large }) => large).length < LARGE;
  }

  start(transfer) {
    return this.occupy(transfer, transfer.run());
  }

  // With others that wait, on one connection.
  startTogether(transfer) {
    const waiting = this.queue.slice(0, MANY).filter((each) => each.state === "waiting" && !this.active.has(each));
    const bundle = bundleOf([transfer, ...waiting]);
    this.queue = this.queue.filter((each) => !bundle.includes(each));
    return this.occupy(transfer, sendTogether(bundle));
  }

  async occupy(transfer, work) {
    this.active.add(transfer);
    await work;
    this.active.delete(transfer);
    this.next();
  }

  // Whether something would have to be chosen again if the page were closed now.
  get losing() {
    return this.tally.all.some((each) => each.open && !each.safe);
  }
}

// "a/b/c" by way of "a", "a/b".
function ways(path) {
  const names = path.split("/");
  return names.map((_, n) => names.slice(0, n + 1).join("/"));
}
