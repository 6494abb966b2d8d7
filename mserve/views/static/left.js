// What a page that was closed, or a browser that broke down, has left unfinished at the server.

import { claimed } from "./claims.js";
import { entries, forget } from "./ledger.js";
import { Transfer } from "./transfer.js";
import * as tus from "./tus.js";
import { gettext } from "./words.js";

// Enters what was left in this place, and in other folders by the same key, but for what another tab is at. Where
// the browser still lets the file be read it goes on at once.
export async function recall(transfers) {
  for (const entry of await entries(transfers.where.place)) {
    const transfer = remembered(entry, transfers);
    if (await claimed(transfer.claim)) continue;
    if (transfers.tally.all.some(({ upload }) => upload === transfer.upload)) continue;
    if (await isThere(transfer)) await enter(transfers, transfer);
    else if (!transfer.elsewhere) forget(transfer.upload); // another folder may be called otherwise by now
  }
}

async function enter(transfers, transfer) {
  transfers.enter(transfer);
  const known = (await mayRead(transfer.handle)) ? await found(transfer) : null;
  if (known) transfers.resume(transfer, known);
}

const mayRead = async (handle) => (await handle?.queryPermission?.({ mode: "read" })) === "granted";

function remembered({ id, since, folder, ...known }, { where, told }) {
  const elsewhere = known.place !== where.place;
  const own = elsewhere ? { ...where, folder: where.base + folder } : where;
  const transfer = new Transfer(own, { ...known, file: null }, told);
  return Object.assign(transfer, known, { elsewhere, upload: `${own.folder}-/uploads/${id}`, state: "left" });
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
