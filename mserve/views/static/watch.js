// Follows jobs, by events or by asking for each one's JSON until it has ended, and paints them.

import { refresh, rest } from "./live.js";
import { STATES } from "./states.js";
import { duration } from "./words.js";

const PERIOD = 700; // ms between two rounds
const SLOW = 3000; // ms, for jobs that nobody has begun for long
const PATIENCE = 60000; // ms
const AT_ONCE = 6;

const watched = new Map(); // job URL to what is told of it, least recently asked first
const over = new Set(); // URLs of jobs that need not be asked again
let timer = null;

// Calls each of `tell` with the job's JSON whenever it was asked; the last time when it has ended.
export function watch(url, tell) {
  if (over.has(url)) return;
  const entry = watched.get(url) ?? { listeners: new Set(), since: Date.now(), next: 0 };
  if (tell) entry.listeners.add(tell);
  watched.set(url, entry);
  timer ??= setTimeout(round, PERIOD);
}

async function round() {
  const due = [...watched].filter(([, entry]) => entry.next <= Date.now()).slice(0, AT_ONCE);
  const ended = await Promise.all(due.map(([url, entry]) => ask(url, entry)));
  if (ended.some(Boolean)) refresh();
  timer = watched.size ? setTimeout(round, PERIOD) : null;
}

// Whether the job has ended, or can't be seen any longer.
async function ask(url, entry) {
  watched.delete(url);
  watched.set(url, entry); // to the end of the line
  entry.next = Date.now() - entry.since > PATIENCE ? Date.now() + SLOW : 0;
  let job;
  try {
    job = await rest(url);
  } catch (problem) {
    if (problem.status !== 403 && problem.status !== 404) return false; // asked again
    job = null;
  }
  for (const tell of entry.listeners) tell(job);
  if (job && !job.ended) return false;
  watched.delete(url);
  over.add(url);
  return true;
}

const followed = new Map(); // job URL to what is told of it, and its connection

// As watch, by a stream of events: a connection each, so of the one job that a page is about.
function follow(url, tell) {
  const known = followed.get(url);
  if (known) known.tell = tell;
  else followed.set(url, { tell, source: open(url) });
}

// Whether a stream tells of all that happens.
export const following = () => followed.size > 0;

// While nobody sees the page it has no connection; browsers have few of them.
function pauseOrGoOn() {
  for (const [url, entry] of followed) {
    entry.source?.close();
    entry.source = document.hidden ? null : open(url);
  }
}

function open(url) {
  const source = new EventSource(`${url}/events`);
  let job = null;
  const on = (name, act) =>
    source.addEventListener(name, (event) => act(JSON.parse(event.data)));
  const tell = (told) => followed.get(url)?.tell(told);
  on("job", (data) => {
    if (job) refresh(); // what its tasks have said and made is on the page as well
    tell((job = data));
  });
  on("said", (data) => document.dispatchEvent(new CustomEvent("said", { detail: data })));
  on("progress", (data) => tell({ ...job, percent: data.percent, told: data.tasks }));
  on("end", () => {
    leave(url);
    refresh();
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) watch(url, leave(url));
  });
  return source;
}

function leave(url) {
  const { tell, source } = followed.get(url);
  source?.close();
  followed.delete(url);
  return tell;
}

function paint(article, job) {
  if (!article.isConnected || !job) return;
  say(article, "state", job.state);
  const bar = article.querySelector("progress");
  if (bar) bar.value = job.percent;
  job.sets.forEach((set, number) =>
    set.tasks.forEach((task, index) => {
      const line = article.querySelector(`[data-task="${number}-${index}"]`);
      if (line) paintTask(line, task, job.told?.[task.id]);
    }),
  );
}

function paintTask(line, task, told) {
  const before = line.dataset.state;
  line.dataset.state = task.state;
  if (before && before !== task.state) refresh();
  say(line, "state", task.state);
  const bar = line.querySelector("progress");
  if (bar && told) bar.value = told.fraction;
  if (told) say(line, "words", told.words);
  say(line, "error", task.error ?? "");
  say(line, "seconds", task.seconds == null ? "" : duration(task.seconds));
}

function say(root, part, words) {
  const element = root.querySelector(`[data-part="${part}"]`);
  const told = part === "state" ? STATES[words] || words : words;
  if (!element || element.textContent === told) return;
  element.textContent = told;
  if (part === "state") element.dataset.state = words;
}

function findJobs() {
  for (const row of document.querySelectorAll("[data-watch]")) watch(row.dataset.watch);
  for (const article of document.querySelectorAll("[data-job]")) {
    const url = article.dataset.job;
    delete article.dataset.job;
    const way = article.closest("[data-follow]") ? follow : watch;
    way(url, (job) => paint(article, job));
  }
}

export function tendJobs() {
  findJobs();
  document.addEventListener("refreshed", findJobs);
  document.addEventListener("visibilitychange", pauseOrGoOn);
}
