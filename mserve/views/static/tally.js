// Tally: the transfers of a page, how many of them are in which state, and their bytes.

import { OPEN } from "./moves.js";

export class Tally {
  constructor() {
    this.all = [];
    this.counts = new Map();
  }

  enter(transfer) {
    this.all.push(transfer);
    this.count(transfer.state, 1);
  }

  moved(transfer, before) {
    this.count(before, -1);
    this.count(transfer.state, 1);
  }

  forget(transfers) {
    const gone = new Set(transfers);
    for (const { state } of gone) this.count(state, -1);
    this.all = this.all.filter((each) => !gone.has(each));
  }

  count(state, more) {
    this.counts.set(state, (this.counts.get(state) ?? 0) + more);
  }

  number(...states) {
    return states.reduce((sum, state) => sum + (this.counts.get(state) ?? 0), 0);
  }

  in(...states) {
    return this.all.filter(({ state }) => states.includes(state));
  }

  // How many are not settled yet.
  get open() {
    return this.number(...OPEN);
  }

  // Bytes of all that has gone, goes or is to go.
  get bytes() {
    const sums = { sent: 0, size: 0 };
    for (const { state, sent, size } of this.all) {
      if (state === "skipped" || state === "failed" || state === "left") continue;
      sums.sent += sent;
      sums.size += size;
    }
    return sums;
  }

  // By URL the first that is to get it.
  get firsts() {
    return new Map(this.in(...OPEN).reverse().map((each) => [each.url, each]));
  }
}
