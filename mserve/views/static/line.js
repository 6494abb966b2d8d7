// The line of one upload: what it is, how far, how it went, and the buttons that its state allows.

import { gettext, size } from "./words.js";

const BUTTONS = {
  waiting: [[gettext("Cancel"), "cancel"]],
  sending: [[gettext("Cancel"), "cancel"]],
  asking: [[gettext("Replace"), "replace"], [gettext("Skip"), "skip"]],
  failed: [[gettext("Try again"), "retry"]],
};

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export class Line {
  constructor(name, bytes, acts) {
    this.name = name;
    this.bytes = bytes;
    this.acts = acts;
    this.frame = make("span", { className: "pic" });
    this.title = make("span", { className: "name" }, name);
    this.bar = make("progress", { max: Math.max(bytes, 1), value: 0 });
    this.bar.setAttribute("aria-label", gettext("Upload of %(name)s", { name }));
    this.words = make("span", { className: "words" });
    this.buttons = make("span", { className: "buttons" });
    const head = make("span", { className: "head" }, this.title, this.words);
    this.element = make("li", {}, this.frame, head, this.bar, this.buttons);
    this.to("checking", "");
  }

  static button(words, act, label = words) {
    const button = make("button", { type: "button", textContent: words });
    button.setAttribute("aria-label", label);
    button.addEventListener("click", act);
    return button;
  }

  to(state, words) {
    const focused = this.buttons.contains(document.activeElement);
    this.element.dataset.state = state;
    if (state === "waiting") this.bar.value = 0;
    this.bar.hidden = !["checking", "waiting", "sending"].includes(state);
    const buttons = (BUTTONS[state] ?? []).map(([words, act]) =>
      Line.button(words, this.acts[act], `${words}: ${this.name}`),
    );
    this.buttons.replaceChildren(...buttons);
    if (focused) (buttons[0] ?? this.title.querySelector("a"))?.focus();
    this.say(words);
  }

  progress(bytes) {
    this.bar.value = bytes;
    this.words.textContent = bytes < this.bytes ? gettext("%(sent)s of %(size)s", { sent: size(bytes), size: size(this.bytes) }) : gettext("is being stored");
  }

  say(words) {
    this.words.textContent = words ? `${size(this.bytes)}, ${words}` : size(this.bytes);
  }

  link(url) {
    this.title.replaceChildren(make("a", { href: url, textContent: this.name }));
  }

  picture({ url, width, height }) {
    this.frame.replaceChildren(make("img", { className: "thumb", src: url, width, height, alt: "" }));
  }
}
