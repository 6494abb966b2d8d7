// A request that brings bytes. XMLHttpRequest, since fetch tells no progress of what is sent.

import { aside, detailOf, parsed, Problem } from "./live.js";
import { gettext } from "./words.js";

export const BROKE = gettext("the connection broke");
const STOPPED = "stopped"; // why a request of ours was broken off

// What the server answers: `said` is its JSON, `field(name)` a header. Throws a Problem, which has
// the server's `type`, and in `after` how long it is to be waited (ms); 0 is the status of a connection
// that broke. `progress` is told bytes; `signal` breaks it off.
export function send(method, url, { headers = {}, body = null, progress = () => {}, signal }) {
  const request = new XMLHttpRequest();
  const stop = () => request.abort();
  const done = new Promise((resolve, reject) => {
    request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => (request.status < 400 ? resolve(answer(request)) : reject(refusal(request))));
    request.addEventListener("error", () => reject(new Problem(0, BROKE)));
    request.addEventListener("abort", () => reject(new Problem(0, STOPPED)));
  });
  request.open(method, url);
  for (const [name, value] of Object.entries({ Accept: "application/json", ...aside(), ...headers }))
    request.setRequestHeader(name, value);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) return Promise.reject(new Problem(0, STOPPED));
  request.send(body);
  return done.finally(() => signal?.removeEventListener("abort", stop));
}

function answer(request) {
  const field = (name) => request.getResponseHeader(name);
  return { status: request.status, said: parsed(request.responseText), field };
}

function refusal(request) {
  const said = parsed(request.responseText);
  const problem = new Problem(request.status, detailOf(said, request.status));
  const seconds = Number(request.getResponseHeader("Retry-After"));
  return Object.assign(problem, { type: said?.type ?? "", after: Number.isFinite(seconds) ? seconds * 1000 : 0 });
}
