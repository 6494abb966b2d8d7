// Keeps the sums of a usage page as they are by now, by a stream of events, and its charts.

import { refresh } from "./live.js";
import { short } from "./words.js";

const TICK = 1000; // ms
const AGAIN = 20000; // ms
const CHARTS = 5000; // ms between two looks at the charts at least

const rates = new Map(); // metric to its last report, and when it came
let planned = null;
let fresh = true; // the first event tells what the page says already

export function tendUsage() {
  const url = document.querySelector("[data-usage]")?.dataset.usage;
  if (!url) return;
  listen(url);
  setInterval(tick, TICK);
  document.addEventListener("refreshed", tick);
}

// While nobody sees the page it has no connection; browsers have few of them. Who is refused, as
// too many follow, asks again after a while.
function listen(url) {
  let source = null;
  const begin = () => {
    if (document.hidden || (source && source.readyState !== EventSource.CLOSED)) return;
    source = open(url);
    source.addEventListener("error", (event) => {
      if (event.target.readyState === EventSource.CLOSED) setTimeout(begin, AGAIN);
    });
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) source?.close();
    else begin();
  });
  begin();
}

function open(url) {
  const source = new EventSource(url);
  source.addEventListener("usage", (event) => {
    const { items } = JSON.parse(event.data);
    items.forEach(take);
    if (!fresh) planned ??= setTimeout(redraw, CHARTS);
    fresh = false;
  });
  return source;
}

function redraw() {
  planned = null;
  if (!document.hidden) refresh();
}

function take(report) {
  if (report.rateTime) rates.set(report.metric, { report, since: performance.now() });
  paint(report.metric, report.total, report);
}

function tick() {
  for (const [metric, { report, since }] of rates) {
    const passed = (performance.now() - since) / 1000;
    paint(metric, report.total + report.rate * passed, report);
  }
}

function paint(metric, total, report) {
  const row = document.querySelector(`[data-metric="${CSS.escape(metric)}"]`);
  if (!row) return;
  const say = (part, words) => {
    const cell = row.querySelector(`[data-part="${part}"]`);
    if (cell.textContent !== words) cell.textContent = words;
  };
  say("total", short(total));
  say("rate", report.rateTime ? short(report.rate) : "");
  say("reports", String(report.reports));
}
