// Tries an operation: a form that sends the request, and says it as a curl command as one types.

import { el, resolve } from "./docs-elements.js";
import { example } from "./docs-schema.js";

const SHOWN = 1 << 18; // characters of an answer
const isJson = (type) => /[/+]json$/.test(type);
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
let count = 0;

function labelled(name, input, hint = "") {
  input.id ||= `try-${(count += 1)}`;
  return [el("label", { for: input.id }, [name, hint && el("span", { class: "soft" }, [` ${hint}`])]), input];
}

function select(name, values) {
  return el("select", { name }, values.map((value, n) => el("option", { value: n }, [value])));
}

function parameterInputs(place, api) {
  return place.parameters.map((each) => resolve(each, api)).flatMap((each) => {
    const value = each.in === "path" ? String(each.schema.examples?.[0] ?? "") : "";
    const name = `${each.in} ${each.name}`;
    const { required } = each;
    const input = el("input", { name, value, required, autocomplete: "off", spellcheck: "false" });
    return labelled(each.name, input, each.in === "path" ? "" : each.in);
  });
}

function bodyInput(type, schema, api) {
  if (type === "*/*") return el("input", { type: "file", name: "body" });
  if (type === "multipart/form-data") return el("input", { type: "file", name: "body", multiple: true });
  const text = isJson(type) ? JSON.stringify(example(schema, api), null, 2) : "name=";
  const area = el("textarea", { name: "body", rows: Math.min(14, text.split("\n").length + 1), spellcheck: "false" });
  area.value = text;
  return area;
}

// The number of what a select of the form says; 0 where there is nothing to choose.
const chosen = (form, name) => Number(form.elements[name]?.value ?? 0);

function asked(form, operation, context) {
  const place = operation.places[chosen(form, "place")];
  const value = (kind, name) => form.elements.namedItem(`${kind} ${name}`)?.value ?? "";
  const filled = (kind) => place.parameters.map((each) => resolve(each, context.api))
    .filter((each) => each.in === kind && value(kind, each.name))
    .map((each) => [each.name, value(kind, each.name)]);
  const segments = (text) => text.split("/").map(encodeURIComponent).join("/");
  const way = place.path.replace(/\{(\w+)\}/g, (_, name) => segments(value("path", name)));
  const query = new URLSearchParams(filled("query"));
  const headers = { ...Object.fromEntries(filled("header")), Accept: form.elements.accept.value };
  if (context.secret()) headers.Authorization = `Bearer ${context.secret()}`;
  const type = Object.keys(operation.requestBody?.content ?? {})[chosen(form, "type")];
  const url = `${context.base}${way}${query.size ? `?${query}` : ""}`;
  return { method: operation.method, url, headers, type, input: form.elements.body };
}

function curl({ method, url, headers, type, input }) {
  const shown = Object.entries(headers).filter(([name, value]) => !(name === "Accept" && value === "*/*"));
  const parts = ["curl", ...(method === "GET" ? [] : [`-X ${method}`])];
  for (const [name, value] of shown) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (type === "multipart/form-data") {
    const files = input.files.length ? [...input.files] : [{ name: "FILE" }];
    parts.push(...files.map((file) => `-F ${quoted(`files=@${file.name}`)}`));
  } else if (type === "*/*") parts.push(`--data-binary ${quoted(`@${input.files[0]?.name ?? "FILE"}`)}`);
  else if (type && input.value) parts.push(`-H ${quoted(`Content-Type: ${type}`)}`, `-d ${quoted(input.value)}`);
  return [...parts, quoted(url)].join(" \\\n  ");
}

function payload({ type, input, headers }) {
  if (!type) return undefined;
  if (type === "multipart/form-data") {
    const data = new FormData();
    for (const file of input.files) data.append("files", file, file.name);
    return data;
  }
  if (type === "*/*") return input.files[0] ?? "";
  if (input.value) headers["Content-Type"] = type;
  return input.value || undefined;
}

async function told(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`);
  const head = [`${answer.status} ${answer.statusText}`, ...headers];
  const text = /json|text|xml/.test(type) ? await answer.text() : `(${(await answer.blob()).size} bytes)`;
  let body = text;
  if (isJson(type.split(";")[0]))
    try { body = JSON.stringify(JSON.parse(text), null, 2); } catch { /* a file that only says it is JSON */ }
  return `${head.join("\n")}\n\n${body.slice(0, SHOWN)}${body.length > SHOWN ? "\n…" : ""}`;
}

export function trial(operation, context) {
  const output = el("pre", { class: "answer", tabindex: 0, "aria-live": "polite", hidden: true });
  const command = el("pre", { class: "curl", tabindex: 0 });
  const form = el("form", { class: "try" });
  const parameters = el("div", { class: "inputs" });
  const bodies = el("div", { class: "inputs" });
  const types = Object.entries(operation.requestBody?.content ?? {});
  const renew = () => {
    parameters.replaceChildren(...parameterInputs(operation.places[chosen(form, "place")], context.api));
  };
  const renewBody = () => {
    const [type, { schema }] = types[chosen(form, "type")];
    bodies.replaceChildren(...labelled("body", bodyInput(type, schema, context.api), type));
  };
  const choice = (name, values) => (values.length > 1 ? labelled(name, select(name, values)) : []);
  const places = choice("place", operation.places.map((each) => each.path));
  const kinds = choice("type", types.map(([type]) => type));
  const accept = labelled("Accept", el("input", { name: "accept", value: "*/*", spellcheck: "false" }));
  form.append(el("div", { class: "inputs" }, [...places]), parameters, el("div", { class: "inputs" }, [...kinds]), bodies,
    el("div", { class: "inputs" }, accept), command, el("p", {}, [el("button", { class: "main" }, ["Send"])]), output);
  const say = () => { command.textContent = curl(asked(form, operation, context)); };
  form.addEventListener("input", (event) => {
    if (event.target.name === "place") renew();
    if (event.target.name === "type") renewBody();
    say();
  });
  document.getElementById("docs").addEventListener("keychange", say);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const request = asked(form, operation, context);
    const body = payload(request);
    output.hidden = false;
    output.textContent = "…";
    try {
      const { url, method, headers } = request;
      const options = { method, headers, body, credentials: "omit", cache: "no-store" };
      output.textContent = await told(await fetch(url, options));
    } catch (fault) {
      output.textContent = `No answer: ${fault.message}`;
    }
  });
  renew();
  if (types.length) renewBody();
  say();
  return form;
}
