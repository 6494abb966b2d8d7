// What a page that was closed, or a browser that broke down, has left unfinished at the server.

import { claimed } from "./claims.js";
import { entries, forget } from "./ledger.js";
import { Transfer } from "./transfer.js";
import * as tus from "./tus.js";
import { gettext } from "./words.js";

// Enters what was left in this place, but for what another tab is at.
export async function recall(transfers) {
  for (const entry of await entries(transfers.where.place)) {
    const transfer = remembered(entry, transfers);
    if (await claimed(transfer.claim)) continue;
    if (transfers.tally.all.some(({ upload }) => upload === transfer.upload)) continue;
    if (await isThere(transfer)) transfers.enter(transfer);
    else forget(transfer.upload);
  }
}

function remembered({ id, since, ...known }, { where, told }) {
  const transfer = new Transfer(where, { ...known, file: null }, told);
  return Object.assign(transfer, known, { upload: `${where.folder}-/uploads/${id}`, state: "left" });
}

// Whether there is something to go on with; where the server can't be asked that is known later.
async function isThere(transfer) {
  try {
    const { offset, where } = await tus.standing(transfer.upload);
    transfer.confirm(offset);
    return !where;
  } catch (problem) {
    return problem.status !== 404 && problem.status !== 410;
  }
}

// The file that its handle stands for, as dropped.js tells files; null where the person refuses, or it is another.
export async function found({ handle, path, size, modified }) {
  if (handle.requestPermission && (await handle.requestPermission({ mode: "read" })) !== "granted") return null;
  const file = await handle.getFile().catch(() => null);
  return file && file.size === size && file.lastModified === modified ? { file, path, handle } : null;
}

export const CHANGED = gettext("the file was changed, moved or removed since; discard this and choose it anew");
