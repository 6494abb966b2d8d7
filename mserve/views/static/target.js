// The dialog in which a folder is chosen that something is to be moved or copied to.

import { rest } from "./live.js";
import { gettext } from "./words.js";

const MOST = 1000; // children that are asked for at once

// Asks for a folder, beginning at `url`; its URL, or null. `but`: URLs that are not to be chosen.
export function chooseFolder(title, root, url, but) {
  const dialog = document.getElementById("target");
  dialog.querySelector("h2").textContent = title;
  const chooser = new Chooser(dialog, root, but);
  chooser.open(url);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue ? chooser.url : null), { once: true }),
  );
}

class Chooser {
  constructor(dialog, root, but) {
    Object.assign(this, { dialog, root, but, list: dialog.querySelector("ul") });
    dialog.querySelector("[data-do=here]").onclick = () => dialog.close("here");
    dialog.querySelector("[data-do=close]").onclick = () => dialog.close("");
  }

  async open(url) {
    const alert = this.dialog.querySelector("[role=alert]");
    alert.textContent = "";
    try {
      const folders = await foldersIn(url);
      this.url = url;
      this.show(folders.filter((each) => !this.but.includes(each.url)));
    } catch (problem) {
      alert.textContent = problem.message;
    }
  }

  show(folders) {
    const names = this.url.slice(this.root.length).split("/").filter(Boolean).map(decodeURIComponent);
    this.dialog.querySelector(".path").textContent = `/${names.join("/")}`;
    const here = this.dialog.querySelector("[data-do=here]");
    here.textContent = names.length ? gettext("To “%(name)s”", { name: names.at(-1) }) : gettext("To here");
    const lines = folders.map((each) => this.line(each.name, each.url));
    if (names.length) lines.unshift(this.line(gettext("Up"), this.url.replace(/[^/]+\/$/, "")));
    this.list.replaceChildren(...lines);
  }

  line(words, url) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    button.addEventListener("click", () => this.open(url));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }
}

async function foldersIn(url) {
  const found = [];
  for (let next = `${url}?limit=${MOST}`; next; ) {
    const page = await rest(next);
    found.push(...page.items.filter((each) => each.type === "folder"));
    next = page.next;
  }
  return found;
}
