// Transfer: one file on its way to a folder. Its state moves by a table; whoever watches is told.

import { advised } from "./advice.js";
import { claim } from "./claims.js";
import { forget, remember } from "./ledger.js";
import { NEXT, OPEN } from "./moves.js";
import { Pace } from "./pace.js";
import { goesOn, mayByHand, pause, unsure, wait } from "./patience.js";
import { SMALL } from "./small.js";
import * as tus from "./tus.js";
import { inPieces, whole } from "./ways.js";
import { gettext } from "./words.js";

export class Transfer {
  // `handle`: the file's in the browser, where there is one; `place`: where the ledger keeps it.
  constructor({ base, folder, place, deposits }, { file, path, handle = null }, watcher) {
    Object.assign(this, { base, folder, place, deposits, file, path, handle, watcher, elsewhere: false });
    Object.assign(this, { size: file?.size ?? 0, modified: file?.lastModified ?? 0, type: file?.type ?? "" });
    Object.assign(this, { state: "checking", words: "", sent: 0, kept: 0, attempts: 0, doubt: false, replace: false, upload: null });
    this.pace = new Pace();
    this.again = true;
  }

  get name() {
    return this.path.split("/").at(-1);
  }

  // What it is called in the panel: of another folder than the page's, the whole path.
  get title() {
    return this.elsewhere ? `/${decodeURIComponent(this.folder.slice(this.base.length))}${this.path}` : this.path;
  }

  get url() {
    return this.folder + this.path.split("/").map(encodeURIComponent).join("/");
  }

  get described() {
    const { path, size, type, replace, deposits } = this;
    return { path, size, type, replace: replace || deposits };
  }

  get open() {
    return OPEN.includes(this.state);
  }

  // What is deposited gets a name of its own each time, so a lost answer must be found again: by tus alone.
  get large() {
    return this.size > SMALL || (this.deposits && this.size > 0);
  }

  // Whether it can be gone on with in another page, without the file being looked for.
  get safe() {
    return Boolean(this.upload && this.handle);
  }

  // Whether that is its file. One that was left may be found by itself, outside its folder.
  is({ file, path }) {
    const alike = this.size === file.size && this.modified === file.lastModified;
    return alike && (path === this.path || (this.state === "left" && path === this.name));
  }

  // Whether it has moved; what the table does not allow is not done.
  to(state, words = "") {
    if (!NEXT[this.state].includes(state)) return false;
    const before = this.state;
    this.state = state;
    this.words = words;
    this.watcher(this, before);
    return true;
  }

  progress(bytes) {
    this.sent = Math.min(bytes, this.size);
    this.pace.note(this.sent);
  }

  confirm(offset) {
    if (offset > this.kept) this.attempts = 0;
    this.kept = this.sent = offset;
  }

  // What two tabs would both call it.
  get claim() {
    return `mserve ${this.place} ${this.path} ${this.size} ${this.modified}`;
  }

  // Sends it, again and again while that may help; comes back when nothing is to be done for it.
  run() {
    return (this.running = this.go(this.running));
  }

  async go(former) {
    await former; // which was broken off, and has to let go of its claim
    const { signal } = (this.stop = new AbortController());
    const release = this.large ? await claim(this.claim) : () => {};
    if (!release) return this.to("skipped", gettext("is on its way in another tab already"));
    this.to("sending");
    try {
      while (this.state === "sending") await this.attempt(signal);
    } finally {
      release();
    }
  }

  async attempt(signal) {
    this.pace = new Pace();
    try {
      this.stored(await (this.large ? inPieces : whole)(this, signal));
    } catch (problem) {
      if (!signal.aborted) await this.trouble(problem, signal);
    }
  }

  // It is a file by now, at the URL `where`.
  stored(where) {
    this.where = where;
    this.sent = this.size;
    this.forget();
    this.to("done", gettext("uploaded"));
  }

  async trouble(problem, signal) {
    this.sent = this.kept;
    this.doubt = unsure(problem);
    if (problem.status === 412) return this.to("asking", gettext("is here already"));
    if (!goesOn(problem, this.attempts)) return this.fail(problem);
    this.attempts += 1;
    const ms = pause(problem, this.attempts);
    this.to("resting", gettext("%(problem)s; tries again by itself", { problem: problem.message }));
    const { over, hurry } = wait(ms, signal);
    this.hurry = hurry;
    await over;
    if (!signal.aborted) this.to("sending");
  }

  fail(problem) {
    this.again = mayByHand(problem);
    this.to("failed", advised(problem));
  }

  // Breaks off what is under way; the server keeps what has come.
  pause() {
    if (!this.to("paused", gettext("paused"))) return;
    this.stop?.abort();
    this.doubt = true;
    this.sent = this.kept;
  }

  skip(words) {
    if (!this.to("skipped", words)) return;
    this.stop?.abort();
    this.drop();
  }

  // The next attempt begins anew, as another name or condition holds.
  drop() {
    if (this.upload) tus.end(this.upload);
    this.forget();
  }

  async begun(upload) {
    this.upload = upload;
    this.kept = 0;
    await remember(this);
  }

  forget() {
    if (this.upload) forget(this.upload);
    this.upload = null;
    this.kept = 0;
  }
}
