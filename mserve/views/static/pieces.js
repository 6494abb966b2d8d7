// Pieces of a file: read into memory, and digested where the browser lets pages do so (by TLS).

import { Problem } from "./live.js";
import { gettext } from "./words.js";

export const UNREADABLE = -1; // the status of a file that is gone, or has other bytes by now

// The bytes from `start` to before `end`; throws a Problem.
async function read(file, start, end) {
  try {
    return await file.slice(start, end).arrayBuffer();
  } catch {
    throw new Problem(UNREADABLE, gettext("the file can't be read any longer: it was changed, moved or removed"));
  }
}

// Their SHA-256, in hex and base64; null where it can't be made.
async function digest(bytes) {
  if (!crypto.subtle) return null;
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = [...found].map((each) => each.toString(16).padStart(2, "0")).join("");
  return { hex, base64: btoa(String.fromCharCode(...found)) };
}

// A piece with its digest. The browser sends it from the file, which costs less than from memory.
export async function piece(file, start, end) {
  const sum = await digest(await read(file, start, end));
  return { body: file.slice(start, end), sum };
}
