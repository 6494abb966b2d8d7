// Brings the page up to date in place: it is asked for again, and what is marked data-live replaced.

import { gettext } from "./words.js";

export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

// The header of changes by who has logged in; the page has the token.
function csrf() {
  const token = document.querySelector("meta[name=csrf]")?.content;
  return token ? { "X-CSRF-Token": token } : {};
}

// What every request of a script says: the page's language, in which problems are told, and the token.
export function aside() {
  return { "Mserve-Language": document.documentElement.lang, ...csrf() };
}

// What REST answers at `url`; throws a Problem with the server's own words, or in ours without any.
export async function rest(url, method = "GET", body = undefined) {
  const headers = { Accept: "application/json", ...aside() };
  if (body !== undefined && !(body instanceof URLSearchParams)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  let answer, text;
  try {
    answer = await fetch(url, { method, headers, body, cache: "no-store" });
    text = await answer.text();
  } catch {
    throw new Problem(0, gettext("the server can't be reached; is the connection down?"));
  }
  const said = parsed(text);
  if (!answer.ok) throw new Problem(answer.status, detailOf(said, answer.status));
  return said;
}

export function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

export function detailOf(problem, status) {
  return problem?.said ?? problem?.detail ?? gettext("the server answered %(status)s", { status });
}

const FEW = 20; // rows
const GAP = 1000; // ms between two refreshes at least, however many ask
let last = 0;
let planned = null;
let anew = false;
let current = null;

// Refreshes as soon as may be; whoever asks before it begins waits for the same one.
// `now`: what is shown is another listing, so that nobody is to wait.
export function refresh(now = false) {
  if (now) last = 0;
  anew ||= now;
  planned ??= Promise.all([pause(last + GAP - Date.now()), current]).then(() => {
    planned = null;
    last = Date.now();
    current = replaceAll();
    return current;
  });
  return planned;
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(ms, 0)));
}

async function replaceAll() {
  let answer;
  try {
    answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) return;
  } catch {
    return; // the next change tries again
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (anew) for (const row of document.querySelectorAll("[data-more]")) row.remove();
  anew = false;
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(old.id);
    if (now) replace(old, document.importNode(now, true));
  }
  document.dispatchEvent(new Event("refreshed"));
}

function replace(old, now) {
  for (const open of old.querySelectorAll("details[id][open]")) {
    const same = now.querySelector(`details[id="${open.id}"]`);
    if (same) same.open = true;
  }
  const [before, after] = [old, now].map((each) => each.querySelector("[data-rows]"));
  if (!before || before.tagName !== after?.tagName) return exchange(old, now);
  mergeRows(before, after);
  const [head, wanted] = [old, now].map((each) => each.querySelector("thead"));
  if (head) exchange(head, wanted);
}

// Only rows that changed are touched, so that pictures don't flicker and the focus stays.
function mergeRows(before, after) {
  const own = [...before.children].filter((row) => !row.dataset.more);
  const known = new Map(own.map((row) => [row.dataset.id, row]));
  const ids = new Set([...after.children].map((row) => row.dataset.id));
  for (const row of before.querySelectorAll(":scope > [data-more]")) if (ids.has(row.dataset.id)) row.remove();
  const few = [...ids].filter((id) => !known.has(id)).length <= FEW; // so that many new ones don't flicker
  let place = before.firstElementChild;
  for (const row of [...after.children]) {
    const old = known.get(row.dataset.id);
    known.delete(row.dataset.id);
    const kept = old?.dataset.tag === row.dataset.tag ? old : row;
    if (old && kept === row) exchangeRow(old, row);
    else if (kept !== place) before.insertBefore(kept, place);
    if (!old && few) row.classList.add("new");
    place = kept.nextElementSibling;
  }
  for (const gone of known.values()) gone.remove();
}

// What differs; the focus stays on what has the same id, or in its place among what can have it.
function exchange(old, now) {
  if (old.isEqualNode(now)) return;
  const links = (each) => [...each.querySelectorAll("a, button, input, select, summary")];
  const active = document.activeElement;
  const place = links(old).indexOf(active);
  old.replaceWith(now);
  if (place < 0) return;
  const same = active.id && now.querySelector(`[id="${active.id}"]`);
  (same || links(now)[place])?.focus();
}

function exchangeRow(old, row) {
  const focused = old.contains(document.activeElement);
  old.replaceWith(row);
  if (focused) row.querySelector("a, button")?.focus();
}

// A page that says data-every is brought up to date so often (s), while somebody looks at it.
export function tendSteadily() {
  const every = document.querySelector("[data-every]")?.dataset.every;
  if (every) setInterval(() => document.hidden || refresh(), every * 1000);
}
