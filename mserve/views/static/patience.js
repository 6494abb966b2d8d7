// What is worth another attempt, when, and for how long.

import { UNREADABLE } from "./pieces.js";

const PASSING = new Set([0, 408, 423, 425, 429, 460, 500, 502, 503, 504]);
const FINAL = new Set([UNREADABLE, 400, 411, 413, 415, 422]); // can't succeed by hand either
const LONGEST = 30000; // ms between two attempts, unless the server wants more
const MOST = 8; // attempts in a row that have brought no byte

// Whether the same may succeed in a while by itself. An upload that has gone on meanwhile is asked where it is.
function passing({ status, type }) {
  return PASSING.has(status) || (status === 409 && type === "urn:mserve:problem:conflict");
}

export const goesOn = (problem, attempts) => passing(problem) && attempts < MOST;

// Whether it may have been done all the same.
export const unsure = ({ status }) => [0, 500, 502, 503, 504].includes(status);
export const mayByHand = ({ status }) => !FINAL.has(status);

// How long (ms) to wait before the next attempt, by how many have failed in a row.
export function pause(problem, attempts) {
  const own = Math.min(500 * 2 ** attempts, LONGEST);
  return Math.max(problem.after ?? 0, own * (0.75 + Math.random() / 2));
}

// Waits, while there is no network until it is there again; `over` ends sooner as `signal` does, or by `hurry`.
export function wait(ms, signal) {
  let hurry;
  const over = new Promise((resolve) => (hurry = resolve));
  const timer = setTimeout(() => navigator.onLine && hurry(), ms);
  window.addEventListener("online", hurry);
  signal.addEventListener("abort", hurry);
  over.then(() => {
    clearTimeout(timer);
    window.removeEventListener("online", hurry);
  });
  return { over, hurry };
}
