// Where the pictures lie over a reload: the browser's own database (IndexedDB), on this computer alone.

const NAME = "cnn-explorer own pictures";
const BATCH = 100; // pictures a transaction
const READ = 200; // pictures read at a time

const answered = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("pictures", { keyPath: "id" });
    request.result.createObjectStore("facts");
  };
  return answered(request);
}

/** Do `work` in one transaction; it is over when the database has it. */
function written(database, stores, work) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(stores, "readwrite");
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error || new Error("The database gave up."));
    work(transaction);
  });
}

/** Pictures in the order of their numbers, a few at a time: `seen(list)` is called for each lot. */
async function readAll(database, seen) {
  let after = -1;
  for (;;) {
    const lot = await answered(database.transaction("pictures").objectStore("pictures").getAll(IDBKeyRange.lowerBound(after, true), READ));
    if (lot.length) await seen(lot);
    if (lot.length < READ) return;
    after = lot[lot.length - 1].id;
  }
}

/**
 * {read(seen), put(pictures), remove(ids), facts(value), clear(), close()}; every promise is kept only when the database
 * has it, and fails with the browser's own error. Opening fails where the browser keeps nothing.
 */
export async function openStore() {
  const database = await open();
  database.onversionchange = () => database.close();
  return {
    async read(seen) {
      const facts = await answered(database.transaction("facts").objectStore("facts").get("classes"));
      await readAll(database, seen);
      return facts || null;
    },
    async put(pictures) {
      for (let from = 0; from < pictures.length; from += BATCH)
        await written(database, ["pictures"], (transaction) => {
          const store = transaction.objectStore("pictures");
          for (const { id, owner, side, bytes, hash } of pictures.slice(from, from + BATCH)) store.put({ id, owner, side, bytes, hash });
        });
    },
    remove: (ids) => written(database, ["pictures"], (transaction) => ids.forEach((id) => transaction.objectStore("pictures").delete(id))),
    facts: (value) => written(database, ["facts"], (transaction) => transaction.objectStore("facts").put(value, "classes")),
    clear: () => written(database, ["pictures", "facts"], (transaction) => ["pictures", "facts"].forEach((name) => transaction.objectStore(name).clear())),
    close: () => database.close(),
  };
}
