// What was on its way when the page was left: told at the next visit, and not sent twice.

const KEY = "glassine:interrupted:";
const KEPT = 7 * 24 * 3600 * 1000;
const PACE = 1000;

/** The same file again, as far as a page can tell without reading it. */
export function fingerprint(file) {
  return `${file.name}:${file.size}:${file.lastModified}`;
}

/** {total, done: Set of fingerprints, receipt: its id} of an upload that did not come to its end, or null. */
export function interrupted(address) {
  try {
    const { at, total, done, receipt } = JSON.parse(localStorage.getItem(KEY + address));
    return Date.now() - at < KEPT ? { total, done: new Set(done), receipt } : null;
  } catch {
    return null;
  }
}

export function forget(address) {
  localStorage.removeItem(KEY + address);
}

/** Write down how far `queue` is, until it is over. */
export function remember(queue, address) {
  let timer = 0;
  const write = () => {
    timer = 0;
    if (!queue.busy) {
      forget(address);
      return;
    }
    const known = queue.items.filter((item) => item.print);
    const done = known.filter((item) => item.photo || ["ready", "joined"].includes(item.state)).map((item) => item.print);
    try {
      localStorage.setItem(KEY + address, JSON.stringify({ at: Date.now(), total: known.length, done, receipt: queue.receipt }));
    } catch {
      // No room for so long a list: the files are sent again, and the server knows them.
      forget(address);
    }
  };
  queue.addEventListener("change", () => {
    timer ||= setTimeout(write, PACE);
  });
}
