// The ledger: uploads in pieces that this browser has begun and not ended, so that another page goes on with
// them. It holds no key: the `place` stands for a folder and a key, an upload's id is worth nothing without that, and
// `folder` is a path.

const STORE = "uploads";
const OLD = 30 * 86400 * 1000; // ms; the server has given it up long before
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("mserve", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function ask(mode, act) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const request = act(db.transaction(STORE, mode).objectStore(STORE));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

// What can't be kept, as in a private window, is not: then the upload lasts as long as its page.
async function quietly(work, otherwise) {
  try {
    return await work();
  } catch {
    return otherwise;
  }
}

const idOf = (upload) => upload.split("/").at(-1);

export async function remember({ upload, place, base, folder, path, size, modified, type, replace, handle }) {
  const entry = { id: idOf(upload), place, folder: folder.slice(base.length), path, size, modified, type, replace, since: Date.now() };
  const put = (more) => ask("readwrite", (store) => store.put({ ...entry, ...more }));
  await quietly(() => put({ handle }), null) ?? (await quietly(() => put({ handle: null }), null));
}

export function forget(upload) {
  return quietly(() => ask("readwrite", (store) => store.delete(idOf(upload))), null);
}

const keyOf = (place) => place.split(".")[1];

// The entries of a place, and those of other folders by the same key for which nobody is to choose the file again. The
// oldest of all places go.
export async function entries(place) {
  const all = await quietly(() => ask("readonly", (store) => store.getAll()), []);
  const old = all.filter(({ since }) => Date.now() - since > OLD);
  for (const { id } of old) forget(id);
  const known = (each) => each.place === place || (each.handle && each.folder !== undefined && keyOf(each.place) === keyOf(place));
  return all.filter((each) => known(each) && !old.includes(each));
}
