// Bundle: of many small files some go in one request, as a form: all of them are stored, or none, and then each by itself.

import { unsure } from "./patience.js";
import { piece } from "./pieces.js";
import { send } from "./wire.js";

const MOST = 16; // files
const BYTES = 4 << 20;
const PLAIN = /^[^"\\%\p{Cc}]+$/u; // names that need no escapes in a form
const BOUNDARY = `mserve-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;

export const canJoin = ({ large, replace, deposits, alone, path }) => !large && !replace && !deposits && !alone && PLAIN.test(path);

// Of those that wait the first that go together.
export function bundleOf(waiting) {
  const found = [];
  let bytes = 0;
  for (const each of waiting) {
    if (!canJoin(each)) continue;
    bytes += each.size;
    if (found.length === MOST || (found.length && bytes > BYTES)) break;
    found.push(each);
  }
  return found;
}

// Sends them. Whatever is in the way of one of them, each is to wait for a request of its own then.
export async function sendTogether(transfers) {
  const stop = new AbortController();
  for (const each of transfers) {
    each.stop = stop;
    each.to("sending");
  }
  try {
    const items = await asForm(transfers, stop.signal);
    transfers.forEach((each, n) => each.stored(items[n].url));
  } catch (problem) {
    for (const each of transfers) giveUp(each, unsure(problem));
  }
}

function giveUp(transfer, doubt) {
  Object.assign(transfer, { alone: true, doubt, sent: 0 });
  if (transfer.state === "sending") transfer.to("waiting");
}

async function asForm(transfers, signal) {
  const parts = await Promise.all(transfers.map(part));
  const body = new Blob([...parts.flat(), `--${BOUNDARY}--\r\n`]);
  const headers = { "Content-Type": `multipart/form-data; boundary=${BOUNDARY}` };
  const progress = (bytes) => share(transfers, bytes);
  const { said } = await send("POST", transfers[0].folder, { headers, body, progress, signal });
  return said.items;
}

// A file with its digest, which the server checks (RFC 9530).
async function part({ file, path }) {
  const { body, sum } = await piece(file, 0, file.size);
  const fields = [
    `Content-Disposition: form-data; name="file"; filename="${path}"`,
    `Content-Type: ${file.type || "application/octet-stream"}`,
    ...(sum ? [`Content-Digest: sha-256=:${sum.base64}:`] : []),
  ];
  return [`--${BOUNDARY}\r\n${fields.join("\r\n")}\r\n\r\n`, body, "\r\n"];
}

// What has gone is of the first of them first.
function share(transfers, bytes) {
  for (const each of transfers) {
    each.progress(Math.max(Math.min(bytes, each.size), 0));
    bytes -= each.size;
  }
}
