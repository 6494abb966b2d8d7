// The head of the panel of uploads: how far all of them are, and what can be done with all.

import { button, CHOICES, speed } from "./line.js";
import { Pace } from "./pace.js";
import { gettext, ngettext, size } from "./words.js";

export class Head {
  // `acts` has what its buttons do: chooseAll(choice), each(name, states), clear().
  constructor(section, tally, mayReplace, acts) {
    Object.assign(this, { section, tally, mayReplace, acts });
    this.pace = new Pace();
  }

  paint() {
    const { tally } = this;
    const sums = { ...tally.bytes, pace: this.pace };
    this.pace.note(sums.sent);
    const bar = this.section.querySelector("progress");
    bar.value = tally.open && sums.size ? sums.sent / sums.size : 1;
    bar.hidden = !tally.open && !tally.number("done");
    this.say("#transfers-pace", this.far(sums));
    const words = this.words();
    this.say("#transfers-status", words);
    this.tell([tally.number("failed"), tally.number("asking"), tally.number("left"), !tally.open].join(" "), words);
    this.showButtons();
  }

  far(sums) {
    if (!this.tally.open) return sums.size ? size(sums.size) : "";
    const known = gettext("%(sent)s of %(size)s", { sent: size(sums.sent), size: size(sums.size) });
    return [known, ...(this.tally.number("sending") ? speed(sums) : [])].join(", ");
  }

  words() {
    const { tally } = this;
    const number = (state) => tally.number(state);
    const all = tally.all.length - number("left") - number("skipped");
    const words = all || !number("left") ? [gettext("%(done)s of %(all)s uploaded", { done: number("done"), all })] : [];
    if (number("failed")) words.push(gettext("%(failed)s failed", { failed: number("failed") }));
    if (number("asking")) words.push(gettext("%(asking)s waiting for your choice", { asking: number("asking") }));
    const away = tally.all.filter(({ elsewhere, open }) => elsewhere && open).length;
    if (away) words.push(ngettext("%(num)s to another folder", "%(num)s to other folders", away));
    if (number("left")) words.push(gettext("%(left)s left unfinished", { left: number("left") }));
    return words.join(", ");
  }

  say(selector, words) {
    const place = this.section.querySelector(selector);
    if (place.textContent !== words) place.textContent = words;
  }

  // Aloud only when something of another kind has happened, not each time that a file is done.
  tell(kind, words) {
    if (this.kind !== kind) this.say("[role=status]", words);
    this.kind = kind;
  }

  showButtons() {
    const bar = this.section.querySelector(".choices");
    const buttons = [...this.buttons()];
    if (bar.textContent === buttons.map(([words]) => words).join("")) return;
    bar.replaceChildren(...buttons.map(([words, act]) => button(words, act)));
  }

  *buttons() {
    const { tally, acts } = this;
    for (const [name, choice] of tally.number("asking") > 1 ? Object.entries(CHOICES) : [])
      if (name !== "replace" || this.mayReplace)
        yield [gettext("%(choice)s: all", { choice }), () => acts.chooseAll(name)];
    const going = ["waiting", "resting", "sending"];
    if (tally.number(...going) > 1) yield [gettext("Pause all"), () => acts.each("pause", going)];
    if (tally.number("paused") > 1) yield [gettext("Go on with all"), () => acts.each("resume", ["paused"])];
    const open = [...going, "paused", "asking"];
    if (tally.number(...open) > 1) yield [gettext("Cancel all"), () => acts.each("cancel", open)];
    if (!tally.open && tally.all.length > tally.number("left")) yield [gettext("Clear this list"), acts.clear];
  }
}
