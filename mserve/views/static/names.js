// Names: which are taken in a folder, and free ones beside them.

import { rest } from "./live.js";

const AT_ONCE = 500; // paths in one question
const LONGEST = 200000; // characters of them
const TRIES = 20;

// Of paths below the folder those that are taken, with the type of what is there: yields some paths at a
// time, with what of them is taken. Where it can't be asked, as the connection is down, nothing is known
// to be; the server refuses it later.
export async function* taken(folder, paths) {
  for (const some of questions(paths)) yield [some.length, await askedFor(folder, some)];
}

function* questions(paths) {
  let some = [];
  let length = 0;
  for (const path of paths) {
    const more = encodeURIComponent(path).length + 6; // "&name="
    if (some.length === AT_ONCE || length + more > LONGEST) {
      yield some;
      [some, length] = [[], 0];
    }
    some.push(path);
    length += more;
  }
  if (some.length) yield some;
}

async function askedFor(folder, paths) {
  try {
    const form = new URLSearchParams([["do", "taken"], ...paths.map((path) => ["name", path])]);
    return new Map(Object.entries((await rest(folder, "POST", form)).taken));
  } catch {
    return new Map();
  }
}

// A free path beside this one, `photo (2).jpg`; `used` are others that will be taken.
export async function beside(folder, path, used) {
  const [, stem, end] = path.match(/^(.*?[^/.])((?:\.[^/.]*)?)$/) ?? [null, path, ""];
  for (let first = 2; ; first += TRIES) {
    const paths = Array.from({ length: TRIES }, (_, n) => `${stem} (${first + n})${end}`);
    const there = await askedFor(folder, paths);
    const free = paths.find((each) => !there.has(each) && !used.has(each));
    if (free) return free;
  }
}
