// The dialog in which a folder or a file is chosen: by walking through folders, or by its name.

import { button, make } from "./line.js";
import { called, folderAt, wayTo, within } from "./places.js";
import { gettext, ngettext, size } from "./words.js";

const PAUSE = 250; // ms without a key before what is typed is searched for

// Asks for a place below the folder at `root`, beginning in that at `url`: its URL, or null. `folders`: it is a
// folder; `but`: URLs that are not to be chosen.
export function choose({ title, root, url, folders = true, but = [] }) {
  const chooser = new Chooser(title, root, folders, but);
  document.body.append(chooser.dialog);
  chooser.dialog.showModal();
  chooser.open(url).then((there) => there || chooser.open(root));
  return new Promise((resolve) =>
    chooser.dialog.addEventListener("close", () => {
      chooser.dialog.remove();
      resolve(chooser.dialog.returnValue || null);
    }),
  );
}

class Chooser {
  constructor(title, root, folders, but) {
    Object.assign(this, { root, folders, but, asked: 0 });
    this.crumbs = make("ol", { className: "crumbs" });
    this.field = make("input", { type: "search", maxLength: 200, autocomplete: "off", spellcheck: false, autofocus: true });
    this.field.setAttribute("aria-label", gettext("Search here and below by name"));
    this.field.placeholder = gettext("Search here and below by name");
    this.list = make("ul", { className: "lines" });
    this.said = make("p", { className: "soft" });
    this.said.setAttribute("role", "status");
    this.alert = make("p");
    this.alert.setAttribute("role", "alert");
    this.here = button("", () => this.dialog.close(this.url));
    this.here.classList.add("main");
    const heading = make("h2", { id: "target-title", textContent: title });
    const cancel = button(gettext("Cancel"), () => this.dialog.close(""));
    const acts = make("p", { className: "inline" }, ...(folders ? [this.here] : []), cancel);
    this.dialog = make("dialog", { id: "target", className: "target" }, heading, this.crumbs, this.field, this.list, this.said, this.alert, acts);
    this.dialog.setAttribute("aria-labelledby", heading.id);
    this.field.addEventListener("input", () => this.seekSoon());
    this.dialog.addEventListener("keydown", (event) => this.key(event));
  }

  // Shows what is in the folder at `url`, and whether it could; one that can't be seen leaves what was there.
  async open(url) {
    const found = await this.ask(() => within(url, this.folders));
    if (!found) return false;
    this.url = url;
    this.field.value = "";
    this.showWay();
    this.show(found, (each) => each.name);
    return true;
  }

  async seek() {
    const text = this.field.value.trim();
    if (!text) return this.open(this.url);
    const found = await this.ask(() => called(this.url, text, this.folders));
    if (found) this.show(found, (each) => wayTo(this.url, each.url).join("/"));
  }

  seekSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.seek(), PAUSE);
  }

  // What `act` finds; null where something else was asked for meanwhile, or a problem is told.
  async ask(act) {
    const number = ++this.asked;
    this.timer = clearTimeout(this.timer);
    try {
      const found = await act();
      this.alert.textContent = "";
      return number === this.asked ? found : null;
    } catch (problem) {
      this.alert.textContent = problem.message;
      return null;
    }
  }

  showWay() {
    const names = wayTo(this.root, this.url);
    const steps = names.map((name, n) => button(name, () => this.walk(folderAt(this.root, names.slice(0, n + 1)))));
    steps.unshift(button("/", () => this.walk(this.root), gettext("/, all the way up")));
    steps.at(-1).setAttribute("aria-current", "true");
    this.crumbs.replaceChildren(...steps.map((step) => make("li", {}, step)));
    this.here.textContent = names.length ? gettext("To “%(name)s”", { name: names.at(-1) }) : gettext("To here");
    this.here.removeAttribute("aria-label");
  }

  show({ items, more }, nameOf) {
    const lines = items.filter(({ url }) => !this.but.includes(url)).map((each) => this.line(each, nameOf(each)));
    const inside = this.list.contains(document.activeElement) || this.crumbs.contains(document.activeElement);
    this.list.replaceChildren(...lines);
    const words = ngettext("%(num)s to choose from", "%(num)s to choose from", lines.length);
    this.said.textContent = more ? gettext("%(words)s; there are more, search for them by name.", { words }) : words;
    if (inside) this.focus(0);
  }

  line(item, name) {
    const folder = item.type !== "mfile";
    const icon = new URL(folder ? "icon-folder.svg" : "icon-file.svg", import.meta.url);
    const picture = make("img", { src: icon, alt: folder ? gettext("Folder") : "", width: 24, height: 24 });
    const made = make("button", { type: "button" }, picture, make("span", { textContent: name }));
    made.addEventListener("click", () => (folder ? this.walk(item.url) : this.dialog.close(item.url)));
    if (folder) made.dataset.url = item.url;
    else made.append(make("span", { className: "soft", textContent: size(item.size) }));
    return make("li", {}, made);
  }

  // As open, but the focus goes on to what is there.
  async walk(url) {
    await this.open(url);
    this.focus(0);
  }

  focus(place) {
    const all = [...this.list.querySelectorAll("button")];
    const next = all[Math.min(Math.max(place, 0), all.length - 1)];
    (next ?? (this.folders ? this.here : this.field)).focus();
  }

  // Enter in the field takes what was found first; what was just typed is searched for before.
  take(first) {
    if (this.timer) this.seek();
    else if (this.field.value) first?.click();
  }

  // Arrows lead from the field into the list and about in it, into folders and out of them.
  key(event) {
    const all = [...this.list.querySelectorAll("button")];
    const place = all.indexOf(document.activeElement);
    const typing = document.activeElement === this.field;
    const up = this.url !== this.root && this.url.replace(/[^/]+\/$/, "");
    const steps = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: all.length - 1 };
    if (event.key === "ArrowUp" && place === 0) this.field.focus();
    else if (event.key in steps && (place >= 0 || (typing && event.key === "ArrowDown"))) this.focus(steps[event.key]);
    else if (event.key === "Enter" && typing) this.take(all[0]);
    else if (event.key === "ArrowRight" && all[place]?.dataset.url) this.walk(all[place].dataset.url);
    else if (event.key === "ArrowLeft" && place >= 0 && up) this.walk(up);
    else return;
    event.preventDefault();
  }
}
