// The listing follows what is typed into the search field, and goes on as one scrolls down.

import { refresh } from "./live.js";
import { rows, typing } from "./rows.js";
import { show } from "./select.js";

const PAUSE = 200; // ms without a key before it is asked

function tendField(form) {
  let timer = null;
  const ask = () => {
    const asked = new FormData(form);
    const told = [...asked].filter(([, value]) => value);
    const query = new URLSearchParams(told).toString();
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
    refresh(true);
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };
  form.addEventListener("input", soon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    ask();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || typing(event)) return;
    event.preventDefault();
    form.q.select();
    form.q.focus();
  });
}

// The rows of the next page are put below those that are there, as soon as its link can be seen.
function tendEnd() {
  const watcher = new IntersectionObserver((entries) => {
    const link = entries.find((entry) => entry.isIntersecting)?.target;
    if (link) more(link);
  }, { rootMargin: "600px" });
  const look = () => {
    watcher.disconnect();
    const link = document.querySelector("#pager [rel=next]");
    if (link) watcher.observe(link);
  };
  document.addEventListener("refreshed", look);
  document.addEventListener("more", look);
  look();
}

async function more(link) {
  if (link.dataset.asked) return;
  link.dataset.asked = "yes";
  let answer;
  try {
    answer = await fetch(link.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) return;
  } catch {
    return; // the link is still there to be followed
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!link.isConnected) return;
  append(page);
  const pager = page.getElementById("pager");
  document.querySelector("#pager [rel=next]")?.replaceWith(...[pager?.querySelector("[rel=next]")].filter(Boolean));
  document.dispatchEvent(new Event("more"));
}

function append(page) {
  const known = new Set(rows().map((row) => row.dataset.id));
  const list = document.querySelector("[data-rows]");
  for (const row of page.querySelectorAll("[data-rows] > [data-id]")) {
    if (known.has(row.dataset.id)) continue;
    row.dataset.more = "yes"; // not of the page that is brought up to date
    list.append(document.importNode(row, true));
  }
  if (document.getElementById("selection")) show();
}

export function tendListing() {
  if (!document.querySelector("#listing")) return;
  const form = document.getElementById("seek");
  if (form) tendField(form);
  tendEnd();
}
