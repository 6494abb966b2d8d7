// An upload in pieces by tus 1.0.0, whose bytes outlast the connection, the page and the browser.

import { send } from "./wire.js";

const SPEAKS = { "Tus-Resumable": "1.0.0" };
const PIECE = "application/offset+octet-stream";

// The URL of a new upload, of a file at `path` below the folder. Not `replace`: what is there stays.
export async function begin(folder, { path, size, type, replace }, signal) {
  const said = { filename: path.split("/").at(-1), relativePath: path, filetype: type };
  if (!replace) said["if-none-match"] = "*";
  const pairs = Object.entries(said).filter(([, value]) => value);
  const headers = {
    ...SPEAKS,
    "Upload-Length": String(size),
    "Upload-Metadata": pairs.map(([name, value]) => `${name} ${base64(value)}`).join(","),
  };
  const { field } = await send("POST", `${folder}-/uploads`, { headers, signal });
  return field("Location");
}

function base64(text) {
  return btoa(Array.from(new TextEncoder().encode(text), (each) => String.fromCharCode(each)).join(""));
}

// How many bytes are at the server, and the file's URL once it is stored.
export async function standing(url, signal) {
  return told(await send("HEAD", url, { headers: SPEAKS, signal }));
}

// Appends a piece; as `standing`.
export async function append(url, offset, { body, sum }, progress, signal) {
  const headers = { ...SPEAKS, "Content-Type": PIECE, "Upload-Offset": String(offset) };
  if (sum) headers["Upload-Checksum"] = `sha256 ${sum.base64}`;
  return told(await send("PATCH", url, { headers, body, progress, signal }));
}

function told({ field }) {
  return { offset: Number(field("Upload-Offset")), where: field("Mserve-Location") };
}

// Gives it up, at the server as well; one that is gone is gone.
export async function end(url) {
  try {
    await send("DELETE", url, { headers: SPEAKS });
  } catch {
    // the server gives it up by itself when nothing has come for a day
  }
}
