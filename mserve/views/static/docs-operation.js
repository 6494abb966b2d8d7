// One operation: where it is, what goes in, what comes out, and a form to try it.

import { code, el, inline, resolve, words } from "./docs-elements.js";
import { brief, example, fieldsOf } from "./docs-schema.js";
import { trial } from "./docs-try.js";

const isJson = (type) => /[/+]json$/.test(type);

function parameters(operation, api) {
  const all = new Map(operation.places.flatMap((place) => place.parameters)
    .map((each) => resolve(each, api)).map((each) => [`${each.in} ${each.name}`, each]));
  if (!all.size) return "";
  return part("Parameters", el("table", { class: "fields" }, [el("tbody", {}, [...all.values()].map((each) =>
    el("tr", {}, [
      el("th", { scope: "row" }, [code(each.name), el("span", { class: "soft" }, [` in ${each.in}`])]),
      el("td", {}, [...brief(each.schema), ...(each.description ? [". ", ...inline(each.description)] : [])]),
    ])))]));
}

function part(title, ...content) {
  return el("div", { class: "part" }, [el("h3", {}, [title]), ...content]);
}

function body(operation, api) {
  const asked = operation.requestBody;
  if (!asked) return "";
  const types = Object.entries(asked.content).map(([type, { schema }]) => el("div", {}, [
    el("p", {}, [code(type), " ", ...brief(schema)]),
    isJson(type) && schema.$ref ? fieldsOf(schema, api) : "",
  ]));
  return part(asked.required ? "Body" : "Body, may be left out", ...types);
}

function answers(operation, api) {
  const rows = Object.entries(operation.responses).map(([status, answer]) => {
    const known = resolve(answer, api);
    const content = Object.entries(known.content ?? {});
    const error = Number(status) >= 400;
    return el("tr", { class: error ? "soft" : null }, [
      el("th", { scope: "row" }, [code(status)]),
      el("td", {}, [
        el("div", {}, inline(known.description)),
        ...(error ? [] : content.map(([type, { schema }]) => el("div", {}, [code(type), " ", ...brief(schema)]))),
      ]),
    ]);
  });
  return part("Answers", el("table", { class: "fields" }, [el("tbody", {}, rows)]), sample(operation, api));
}

// An example of what comes when all goes well.
function sample(operation, api) {
  const good = Object.entries(operation.responses).find(([status]) => Number(status) < 300);
  const json = Object.entries(resolve(good?.[1], api)?.content ?? {}).find(([type]) => isJson(type));
  if (!json) return "";
  const text = JSON.stringify(example(json[1].schema, api, true), null, 2);
  const shown = el("pre", { tabindex: 0 }, [code(text)]);
  return el("details", {}, [el("summary", {}, [`An example of ${good[0]}`]), shown]);
}

export function operation(each, context) {
  const { api } = context;
  const [{ path }] = each.places;
  const tail = each.places.length > 1 ? `…${path.slice(path.indexOf("/-/"))}` : path;
  const needs = [...new Set((each["x-views"] ?? []).map((view) => view.permission ?? "no key"))].join(", ");
  const known = [each.method, tail, each.summary, needs, ...each.tags].join(" ").toLowerCase();
  const details = el("details", { class: "operation", id: each.operationId, "data-words": known }, [
    el("summary", {}, [
      el("span", { class: "method", "data-method": each.method }, [each.method]),
      el("code", { class: "place" }, [tail]),
      el("span", { class: "soft" }, inline(each.summary)),
    ]),
  ]);
  details.addEventListener("toggle", () => {
    if (!details.open || details.dataset.filled) return;
    details.dataset.filled = "yes";
    const where = each.places.length > 1
      ? part("Places", el("ul", { class: "places" }, each.places.map((place) => el("li", {}, [code(place.path)])))) : "";
    details.append(el("div", { class: "inside" }, [
      ...words(each.description), where, parameters(each, api), body(each, api), answers(each, api),
      part("Try it", trial(each, context)),
    ]));
  });
  return details;
}
