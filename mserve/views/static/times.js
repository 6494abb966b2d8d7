// Keeps "5 minutes ago" true, and shows the exact time in the reader's own zone.

import { ago, exact } from "./words.js";

function showTimes(root = document) {
  for (const time of root.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    time.title = exact(moment);
    const words = ago(moment);
    if (time.textContent !== words) time.textContent = words;
  }
}

export function tendTimes() {
  showTimes();
  document.addEventListener("refreshed", () => showTimes());
  setInterval(() => showTimes(), 30000);
}
