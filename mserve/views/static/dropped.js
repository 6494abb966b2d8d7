// What was dropped or chosen: files with their paths, and folders with nothing in them.

import { SMALL } from "./small.js";

// Of a drop. The browser shows it only while the event lasts, so all is taken at once and read later.
export async function dropped(items) {
  const roots = [...items].filter(({ kind }) => kind === "file").map(taken);
  const found = { files: [], folders: [], lost: [] };
  for (const { entry, file, handle } of roots) await look(found, "", entry ?? file, () => handle);
  return found;
}

// Handles are what a browser keeps; but those of a folder tell less than entries do: Chrome leaves out names such as "a?".
function taken(item) {
  const handle = item.getAsFileSystemHandle?.().catch(() => null) ?? null;
  return { entry: item.webkitGetAsEntry?.(), file: item.getAsFile(), handle };
}

// `root` is an entry or a file; `handleOf()` promises its handle, or null.
async function look(found, above, root, handleOf) {
  const path = wellFormed(`${above}${root.name}`);
  if (root.isDirectory) return lookInto(found, path, root, await handleOf());
  try {
    const file = root instanceof File ? root : await fileOf(root);
    found.files.push({ path, file, handle: file.size > SMALL ? await handleOf() : null });
  } catch {
    found.lost.push(path);
  }
}

async function lookInto(found, path, folder, handle) {
  const before = found.files.length + found.folders.length + found.lost.length;
  const within = (each) => () => (each.isDirectory ? handle?.getDirectoryHandle(each.name) : handle?.getFileHandle(each.name))?.catch(() => null) ?? null;
  try {
    for await (const each of entriesOf(folder)) await look(found, `${path}/`, each, within(each));
  } catch {
    found.lost.push(path);
  }
  if (found.files.length + found.folders.length + found.lost.length === before) found.folders.push(path);
}

const wellFormed = (name) => name.toWellFormed?.() ?? name;
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

async function* entriesOf(folder) {
  const reader = folder.createReader(); // it tells some at a time, and none at the end
  const some = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  for (let entries = await some(); entries.length; entries = await some()) yield* entries;
}

// Of a field; that for folders tells paths.
export function chosen(field) {
  const files = [...field.files].map((file) => ({
    path: wellFormed(file.webkitRelativePath || file.name),
    file,
    handle: null,
  }));
  field.value = "";
  return { files, folders: [], lost: [] };
}

// By the browser's own dialog, whose files have handles; null where it was closed.
export async function picked() {
  let handles;
  try {
    handles = await window.showOpenFilePicker({ multiple: true });
  } catch {
    return null;
  }
  const found = { files: [], folders: [], lost: [] };
  for (const handle of handles) {
    const file = await handle.getFile().catch(() => null);
    if (file) found.files.push({ path: wellFormed(handle.name), file, handle });
    else found.lost.push(handle.name);
  }
  return found;
}
