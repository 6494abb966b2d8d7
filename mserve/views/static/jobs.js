// Pages of jobs: a list follows what begins and ends, by events; logs grow, and stay at their ends.

import { refresh } from "./live.js";
import { STATES } from "./states.js";
import { following, watch } from "./watch.js";

const PERIOD = 3000; // ms between two looks at the logs of tasks that run, where no stream tells them
const NEAR = 8; // px from the end of a log, which is still at its end
let source = null;

function paint(line, job) {
  if (!line.isConnected || !job) return;
  const state = line.querySelector("[data-part=state]");
  state.textContent = STATES[job.state] || job.state;
  state.dataset.state = job.state;
  const bar = line.querySelector("progress");
  if (bar) bar.value = job.percent;
}

// Each line that has not ended is asked for, as events say nothing of how far a task is.
function watchLines() {
  for (const line of document.querySelectorAll("[data-open]")) {
    const url = line.dataset.open;
    delete line.dataset.open;
    watch(url, (job) => paint(document.querySelector(`[data-rows] > [data-id="${job?.id}"]`) ?? line, job));
  }
}

// A job that is not shown yet has begun, or one that is has changed.
function hear({ data }) {
  const job = JSON.parse(data);
  const line = document.querySelector(`[data-rows] > [data-id="${job.id}"]`);
  if (line && STATES[job.state] !== undefined && !isOver(job)) paint(line, job);
  else refresh();
}

const isOver = ({ state }) => state === "done" || state === "failed" || state === "cancelled";

// While nobody sees the page it has no connection; browsers have few of them.
function listen() {
  const url = document.querySelector("[data-events]")?.dataset.events;
  source?.close();
  source = null;
  if (!url || document.hidden) return;
  source = new EventSource(url);
  source.addEventListener("job", hear);
}

function showEnds() {
  for (const log of document.querySelectorAll("pre.log")) log.scrollTop = log.scrollHeight;
}

// What tasks that run have said, by their ids. A log goes on at its end, unless somebody reads further up.
function grow({ detail }) {
  for (const [id, text] of Object.entries(detail)) {
    const place = document.querySelector(`[data-said="${id}"]`);
    if (!place) return refresh(); // it is the first that it says
    const log = place.closest("pre");
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - NEAR;
    if (place.textContent !== text) place.textContent = text;
    if (atEnd) log.scrollTop = log.scrollHeight;
  }
}

setInterval(() => {
  if (!document.hidden && !following() && document.querySelector(".box[data-state=running]")) refresh();
}, PERIOD);
document.addEventListener("said", grow);
listen();
watchLines();
showEnds();
document.addEventListener("visibilitychange", () => {
  listen();
  if (!document.hidden) refresh();
});
document.addEventListener("toggle", showEnds, true); // it does not bubble
document.addEventListener("refreshed", () => {
  watchLines();
  showEnds();
});
