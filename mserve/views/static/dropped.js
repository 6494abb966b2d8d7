// What was dropped or chosen: files with their paths, and folders with nothing in them.

// Of a drop. The browser shows it only while the event lasts, so all is taken at once and read later.
export async function dropped(items) {
  const roots = [...items].filter(({ kind }) => kind === "file").map(taken);
  const found = { files: [], folders: [], lost: [] };
  for (const root of roots) await look(found, "", await root);
  return found;
}

// Handles are best, as a browser keeps them; entries, or else files alone, are what others have.
async function taken(item) {
  const [entry, file] = [item.webkitGetAsEntry?.(), item.getAsFile()];
  try {
    return (await item.getAsFileSystemHandle?.()) || entry || file;
  } catch {
    return entry || file;
  }
}

async function look(found, above, root) {
  const path = `${above}${root.name}`.toWellFormed?.() ?? `${above}${root.name}`;
  if (root.kind === "directory" || root.isDirectory) return lookInto(found, path, root);
  try {
    const file = root instanceof File ? root : await (root.getFile?.() ?? fileOf(root));
    found.files.push({ path, file, handle: root.getFile ? root : null });
  } catch {
    found.lost.push(path);
  }
}

async function lookInto(found, path, folder) {
  const before = found.files.length + found.folders.length + found.lost.length;
  try {
    for await (const each of folder.values?.() ?? entriesOf(folder)) await look(found, `${path}/`, each);
  } catch {
    found.lost.push(path);
  }
  if (found.files.length + found.folders.length + found.lost.length === before) found.folders.push(path);
}

const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

async function* entriesOf(folder) {
  const reader = folder.createReader(); // it tells some at a time, and none at the end
  const some = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  for (let entries = await some(); entries.length; entries = await some()) yield* entries;
}

// Of a field; that for folders tells paths.
export function chosen(field) {
  const files = [...field.files].map((file) => ({ path: file.webkitRelativePath || file.name, file, handle: null }));
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
  for (const handle of handles) await look(found, "", handle);
  return found;
}
