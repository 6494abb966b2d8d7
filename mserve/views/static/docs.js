// The page of the interface: reads the OpenAPI document and shows it, operations grouped by noun.

import { code, el, words } from "./docs-elements.js";
import { operation } from "./docs-operation.js";
import { anchor, fieldsOf } from "./docs-schema.js";

const place = document.getElementById("docs");
const bar = document.getElementById("docs-bar");
const METHODS = ["get", "post", "put", "patch", "delete", "head", "options"];

// Operations that differ in their place alone, such as …/-/keys of a folder and of a file, are one.
function merged(api) {
  const found = new Map();
  for (const [path, item] of Object.entries(api.paths))
    for (const method of METHODS.filter((each) => each in item)) {
      const each = item[method];
      const views = (each["x-views"] ?? []).map((view) => view.name).join();
      const tail = path.includes("/-/") ? path.slice(path.indexOf("/-/")) : path;
      const id = [method, views, tail].join(" ");
      const one = found.get(id) ?? { ...each, method: method.toUpperCase(), places: [] };
      one.places.push({ path, parameters: [...(item.parameters ?? []), ...(each.parameters ?? [])] });
      found.set(id, one);
    }
  return [...found.values()];
}

function group(tag, operations, context) {
  const own = operations.filter((each) => each.tags.includes(tag.name));
  if (!own.length) return "";
  return el("section", { id: `noun-${tag.name}` }, [
    el("h2", {}, [tag.name]),
    el("p", { class: "soft" }, [tag.description ?? ""]),
    ...own.map((each) => operation(each, context)),
  ]);
}

function schemas(api) {
  const all = Object.entries(api.components.schemas).filter(([, schema]) => Object.keys(schema).length);
  return el("section", { id: "schemas" }, [
    el("h2", {}, ["Schemas"]),
    ...all.map(([name, schema]) =>
      el("details", { class: "schema", id: anchor(name), "data-words": name.toLowerCase() }, [
        el("summary", {}, [code(name)]),
        fieldsOf(schema, api),
      ])),
  ]);
}

function show(api) {
  const base = new URL("..", location.href).href.replace(/\/$/, "");
  const keyed = (api.security ?? []).some((each) => "bearer" in each);
  const context = { api, base, keyed, secret: () => (keyed ? bar.querySelector("#docs-key").value.trim() : "") };
  for (const part of bar.querySelectorAll("[data-part=key]")) part.hidden = !keyed;
  const operations = merged(api);
  const tags = [...api.tags];
  place.replaceChildren(
    el("div", { class: "about" }, words(api.info.description)),
    el("nav", { "aria-label": "Nouns", class: "nouns" },
      [...tags.map((tag) => el("a", { href: `#noun-${tag.name}` }, [tag.name])), el("a", { href: "#schemas" }, ["schemas"])]),
    ...tags.map((tag) => group(tag, operations, context)),
    schemas(api),
  );
}

// Hides what does not hold all the words that are looked for.
function search(text) {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const each of place.querySelectorAll("[data-words]"))
    each.hidden = !wanted.every((word) => each.dataset.words.includes(word));
  for (const each of place.querySelectorAll("section"))
    each.hidden = !each.querySelector("[data-words]:not([hidden])");
}

// A link to a schema opens it.
function reveal() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.matches("details")) target.open = true;
  target.scrollIntoView();
}

bar.addEventListener("submit", (event) => event.preventDefault());
bar.addEventListener("input", (event) => {
  if (event.target.id === "docs-search") search(event.target.value);
  else place.dispatchEvent(new Event("keychange"));
});
addEventListener("hashchange", reveal);

try {
  const answer = await fetch(place.dataset.document, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  show(await answer.json());
  reveal();
} catch (fault) {
  place.replaceChildren(el("p", { role: "alert" }, [`The document can't be shown: ${fault.message}`]));
}
