// Conflicts: names that are taken. They are asked about before a byte is sent, or when another was faster.

import { beside, taken } from "./names.js";
import { OPEN } from "./moves.js";
import { gettext } from "./words.js";

export class Conflicts {
  // `next` is called when something can go.
  constructor(mayReplace, tally, next) {
    Object.assign(this, { mayReplace, tally, next });
    this.rule = null; // what was chosen for all
  }

  // Asks which names are taken, also by one another, so that nothing is replaced unasked.
  async check(transfers) {
    const [queue, { firsts }] = [[...transfers], this.tally];
    const folder = transfers[0]?.folder; // the same of all
    for await (const [number, there] of taken(folder, transfers.map(({ path }) => path)))
      for (const each of queue.splice(0, number))
        this.decide(each, there.get(each.path) ?? (firsts.get(each.url) === each ? null : "mfile"));
  }

  decide(transfer, there) {
    transfer.there = there;
    const words = there === "folder" ? gettext("a folder is called so already") : gettext("is here already");
    if (there && !transfer.replace) transfer.to("asking", words);
    else transfer.to("waiting");
    this.next();
  }

  choices({ there }) {
    return this.mayReplace && there !== "folder" ? ["replace", "both", "skip"] : ["both", "skip"];
  }

  async choose(transfer, choice) {
    if (transfer.state !== "asking") return;
    if (choice === "skip") return transfer.skip(gettext("skipped"));
    transfer.drop();
    transfer.replace = choice === "replace";
    if (choice === "both") await this.rename(transfer);
    transfer.to("waiting");
    this.next();
  }

  async rename(transfer) {
    transfer.to("checking");
    const { folder, path } = transfer;
    const used = new Set(this.tally.in(...OPEN).filter((each) => each.folder === folder).map((each) => each.path));
    transfer.path = await beside(folder, path, used);
  }

  // The same for all that are asked about, and will be until all is done.
  async chooseAll(choice) {
    this.rule = choice;
    for (const each of this.tally.in("asking")) await this.apply(each);
  }

  async apply(transfer) {
    if (this.rule && this.choices(transfer).includes(this.rule)) await this.choose(transfer, this.rule);
  }
}
