// The line of one transfer: what it is, how far, how fast, how it went, and the buttons that its state allows.

import { duration, gettext, size } from "./words.js";

const CANCEL = [gettext("Cancel"), "cancel"];
const BUTTONS = {
  waiting: [CANCEL],
  sending: [[gettext("Pause"), "pause"], CANCEL],
  resting: [[gettext("Try now"), "hurry"], CANCEL],
  paused: [[gettext("Go on"), "resume"], CANCEL],
  left: [[gettext("Go on"), "find"], [gettext("Discard"), "cancel"]],
  failed: [[gettext("Try again"), "retry"]],
};
export const CHOICES = { replace: gettext("New version"), both: gettext("Keep both"), skip: gettext("Skip") };
const MOVING = ["waiting", "sending", "resting", "paused", "left"];

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function button(words, act, label = words) {
  const made = make("button", { type: "button", textContent: words });
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

export class Line {
  // `act(name)` does what a button of that name is for; `choices` are those of a name that is taken.
  constructor(transfer, act, choices) {
    Object.assign(this, { transfer, act, choices });
    this.title = make("span", { className: "name" });
    this.bar = make("progress", { max: Math.max(transfer.size, 1), value: 0 });
    this.words = make("span", { className: "words" });
    this.buttons = make("span", { className: "buttons" });
    const head = make("span", { className: "head" }, this.title, this.words);
    this.element = make("li", {}, make("span", { className: "pic" }), head, this.bar, this.buttons);
    this.show();
  }

  // Its state has changed.
  show() {
    const { state, title, where } = this.transfer;
    this.element.dataset.state = state;
    this.title.replaceChildren(where ? make("a", { href: where, textContent: title }) : title);
    this.bar.setAttribute("aria-label", gettext("Upload of %(name)s", { name: title }));
    this.showButtons(state);
    this.paint();
  }

  showButtons(state) {
    const focused = this.buttons.contains(document.activeElement);
    const asked = state === "asking" ? this.choices(this.transfer).map((name) => [CHOICES[name], name]) : [];
    const known = state === "failed" && !this.transfer.again ? [] : (BUTTONS[state] ?? []);
    const buttons = [...asked, ...known].map(([words, name]) =>
      button(words, () => this.act(name), `${words}: ${this.transfer.title}`),
    );
    this.buttons.replaceChildren(...buttons);
    if (focused) (buttons[0] ?? this.title.querySelector("a"))?.focus();
  }

  // How far it is by now.
  paint() {
    const { state, sent } = this.transfer;
    this.bar.hidden = !sent || !MOVING.includes(state); // what is small is done before it is seen
    this.bar.value = sent;
    const words = this.told();
    if (this.words.textContent !== words) this.words.textContent = words;
  }

  told() {
    const { state, sent, size: bytes, words } = this.transfer;
    const whole = size(bytes);
    const parts = sent && sent < bytes ? [gettext("%(sent)s of %(size)s", { sent: size(sent), size: whole })] : [whole];
    if (state === "sending") parts.push(...(sent < bytes ? speed(this.transfer) : [gettext("is being stored")]));
    else if (state === "waiting") parts.push(gettext("waits"));
    else if (state === "left") parts.push(words || this.howToGoOn());
    else if (words) parts.push(words);
    return parts.join(", ");
  }

  howToGoOn() {
    return this.transfer.handle ? gettext("was left unfinished") : gettext("was left unfinished; choose the file again to go on");
  }
}

// How fast it goes and how long it will take, once that is known. Also of many: `sent` of `size` bytes.
export function speed({ pace, sent, size: bytes }) {
  const rate = pace.rate;
  if (!rate) return [];
  const left = gettext("%(time)s left", { time: duration(Math.max(Math.round((bytes - sent) / rate), 1)) });
  return [gettext("%(size)s a second", { size: size(rate) }), left];
}
