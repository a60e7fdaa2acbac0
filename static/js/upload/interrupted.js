// What was on its way when the page was left: told at the next visit, and not sent twice.

const KEY = "glassine:interrupted:";
const KEPT = 7 * 24 * 3600 * 1000;
const PACE = 1000;

/** The same file again, as far as a page can tell without reading it. */
export function fingerprint(file) {
  return `${file.name}:${file.size}:${file.lastModified}`;
}

/** {total, done: Set of fingerprints} of an upload that did not come to its end, or null. */
export function interrupted(address) {
  try {
    const { at, total, done } = JSON.parse(localStorage.getItem(KEY + address));
    return Date.now() - at < KEPT ? { total, done: new Set(done) } : null;
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
    const done = known.filter((item) => item.photo || item.state === "ready").map((item) => item.print);
    try {
      localStorage.setItem(KEY + address, JSON.stringify({ at: Date.now(), total: known.length, done }));
    } catch {
      // No room for so long a list: the files are sent again, and the server knows them.
      forget(address);
    }
  };
  queue.addEventListener("change", () => {
    timer ||= setTimeout(write, PACE);
  });
}

/** Say it in `place` until it is dismissed or new files come. */
export function tell(place, address, icons) {
  const last = interrupted(address);
  if (!last) return;
  const number = new Intl.NumberFormat();
  place.innerHTML = `<section class="tray" id="tray-interrupted" aria-label="Uploads">
    <header class="tray__head"><h2>Upload interrupted</h2><button type="button" class="btn btn--quiet btn--icon" aria-label="Close"><svg class="icon" aria-hidden="true"><use href="${icons}#close"/></svg></button></header>
    <div class="tray__sum"><p></p></div></section>`;
  place.querySelector("p").textContent =
    `${number.format(last.done.size)} of ${number.format(last.total)} files were stored. Drop the same files or folder to go on.`;
  place.querySelector("button").addEventListener("click", () => {
    forget(address);
    place.replaceChildren();
  });
}
