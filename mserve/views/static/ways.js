// The two ways of a file to the server: a small one whole, by PUT; a large one in pieces, by tus.
// Each takes a Transfer, and returns the URL of the file that was made. Throws a Problem.

import { Problem, rest } from "./live.js";
import { piece } from "./pieces.js";
import * as tus from "./tus.js";
import { BROKE, send } from "./wire.js";

export const PIECE = 8 << 20; // bytes

// In one request. An attempt whose answer was lost may have stored it: then it is there, with these bytes.
export async function whole(transfer, signal) {
  const { file, url, replace } = transfer;
  const { body, sum } = await piece(file, 0, file.size);
  const stored = transfer.doubt && sum ? await facts(url) : null;
  if (stored && stored.sha256 === sum.hex) return stored.url;
  const headers = { "Content-Type": file.type || "application/octet-stream" };
  if (sum) headers["Content-Digest"] = `sha-256=:${sum.base64}:`;
  if (!replace) headers["If-None-Match"] = "*";
  const progress = (sent) => transfer.progress(sent);
  const { said } = await send("PUT", url, { headers, body, progress, signal });
  return said.url;
}

async function facts(url) {
  try {
    return await rest(`${url}/-/info`);
  } catch (problem) {
    if (problem.status === 404) return null;
    throw problem;
  }
}

// From where the server is on. The next piece is read and digested while one is on its way.
export async function inPieces(transfer, signal) {
  const { file } = transfer;
  let { offset, where } = await standing(transfer, signal);
  let next = null;
  while (!where) {
    transfer.confirm(offset);
    const at = offset;
    const present = await (next ?? piece(file, at, at + PIECE));
    next = at + PIECE < file.size ? piece(file, at + PIECE, at + 2 * PIECE) : null;
    next?.catch(() => {}); // it is told when its turn comes
    const progress = (sent) => transfer.progress(at + sent);
    ({ offset, where } = await tus.append(transfer.upload, at, present, progress, signal));
    if (offset !== at + present.body.size && !where) throw new Problem(0, BROKE);
  }
  return where;
}

// How far it is; one that the server does not know any more begins anew.
async function standing(transfer, signal) {
  if (transfer.upload) {
    try {
      return await tus.standing(transfer.upload, signal);
    } catch (problem) {
      if (problem.status !== 404 && problem.status !== 410) throw problem;
      transfer.forget();
    }
  }
  await transfer.begun(await tus.begin(transfer.folder, transfer.described, signal));
  return { offset: 0, where: null };
}
