// Places: the folders and files that can be chosen, as REST tells them.

import { rest } from "./live.js";

const AT_ONCE = 1000; // children that are asked for at once
const PAGES = 5; // of them at most; what is further down is searched for
const FOUND = 50;
const BREAKS = /[^\p{L}\p{N}_]+/u;

// The names on the way from the folder at `root` to the place at `url`.
export const wayTo = (root, url) => url.slice(root.length).split("/").filter(Boolean).map(decodeURIComponent);

// The URL of the folder at a path below `root`.
export const folderAt = (root, names) => root + names.map((name) => `${encodeURIComponent(name)}/`).join("");

// What is in the folder at `url`, `folders` alone or files too, and whether there is more.
export async function within(url, folders) {
  const items = [];
  let next = `${url}?limit=${AT_ONCE}`;
  for (let page = 0; next && page < PAGES; page += 1) {
    const found = await rest(next);
    items.push(...found.items.filter((each) => !folders || each.type !== "mfile"));
    next = found.next;
  }
  return { items, more: Boolean(next) };
}

// What is called so in the folder at `url` and below it: each word as it is, the last as the beginning of one.
export async function called(url, text, folders) {
  const words = text.split(BREAKS).filter(Boolean);
  if (!words.length) return { items: [], more: false };
  const last = `${words.pop()}*`;
  const query = new URLSearchParams({ q: [...words.map((each) => `"${each}"`), last].join(" "), limit: FOUND });
  if (folders) query.set("type", "folder");
  const { items, next } = await rest(`${url}-/search?${query}`);
  return { items, more: Boolean(next) };
}
