// Schemas in words, as tables of fields, and as examples.

import { code, el, inline, resolve } from "./docs-elements.js";

const DEPTH = 6;
export const anchor = (name) => `schema-${name}`;
const nameOf = (schema) => schema.$ref.split("/").at(-1);
const kinds = (schema) => [schema.type ?? []].flat();

function joined(parts, between) {
  return parts.flatMap((part, n) => (n ? [between, ...part] : part));
}

// `text`, `array of Key or null`, with links to schemas that have a name.
export function brief(schema) {
  if (schema.$ref) return [el("a", { href: `#${anchor(nameOf(schema))}` }, [nameOf(schema)])];
  const several = schema.oneOf ?? schema.anyOf;
  if (several) return joined(several.map(brief), " or ");
  if (schema.allOf) return joined(schema.allOf.map(brief), " and ");
  if ("const" in schema) return [code(JSON.stringify(schema.const))];
  if (schema.enum) return joined(schema.enum.map((each) => [code(JSON.stringify(each))]), " or ");
  const types = kinds(schema);
  if (!types.length) return ["anything"];
  return joined(types.map((type) => ofType(type, schema)), " or ");
}

function ofType(type, schema) {
  if (type === "array") return ["array of ", ...brief(schema.items ?? {})];
  if (type === "object" && typeof schema.additionalProperties === "object")
    return ["object of ", ...brief(schema.additionalProperties)];
  const limits = [
    schema.format,
    "minimum" in schema && type !== "null" && `from ${schema.minimum}`,
    "maximum" in schema && type !== "null" && `to ${schema.maximum}`,
    schema.maxLength && type === "string" && `at most ${schema.maxLength} characters`,
  ].filter(Boolean);
  return [type === "null" || !limits.length ? type : `${type} (${limits.join(" ")})`];
}

function flat(schema, api) {
  const known = resolve(schema, api);
  const parts = (known.allOf ?? []).map((each) => flat(each, api));
  return {
    properties: Object.assign({}, ...parts.map((each) => each.properties), known.properties),
    required: [...parts.flatMap((each) => each.required), ...(known.required ?? [])],
  };
}

const optional = () => el("span", { class: "soft" }, [" may be left out"]);

// The fields of an object as a table; of what is none, what it is.
export function fieldsOf(schema, api) {
  const { properties, required } = flat(schema, api);
  if (!Object.keys(properties).length) return el("p", {}, brief(resolve(schema, api)));
  return el("table", { class: "fields" }, [el("tbody", {}, Object.entries(properties).map(([name, each]) =>
    el("tr", {}, [
      el("th", { scope: "row" }, [code(name), required.includes(name) ? "" : optional()]),
      el("td", {}, [...brief(each), ...(each.description ? [". ", ...inline(each.description)] : [])]),
    ])))]);
}

// A value that fits the schema; of an object what is required, or all of it.
export function example(schema, api, whole = false, depth = 0) {
  const known = resolve(schema, api);
  if (known.examples) return known.examples[0];
  if ("const" in known) return known.const;
  if (known.enum) return known.enum[0];
  const several = known.oneOf ?? known.anyOf;
  if (several) return example(several[0], api, whole, depth);
  if (known.allOf || known.properties) return object(known, api, whole, depth);
  const type = kinds(known)[0];
  if (type === "array") return depth < DEPTH ? [example(known.items ?? {}, api, whole, depth + 1)] : [];
  const plain = { object: {}, integer: known.minimum ?? 1, number: 1, boolean: false, string: text(known) };
  return plain[type] ?? null;
}

function object(schema, api, whole, depth) {
  if (depth >= DEPTH) return {};
  const { properties, required } = flat(schema, api);
  const names = Object.keys(properties).filter((name) => whole || required.includes(name));
  if (!names.length) names.push(...Object.keys(properties).slice(0, 1));
  return Object.fromEntries(names.map((name) => [name, example(properties[name], api, whole, depth + 1)]));
}

function text(schema) {
  if (schema.format === "uri") return `${location.origin}/…`;
  const hex = /^\^\[0-9a-f\]\{(\d+)\}\$$/.exec(schema.pattern ?? "");
  return hex ? "0123456789abcdef".repeat(4).slice(0, Number(hex[1])) : "…";
}
