// Files out of a drop or a picker, folders included, each with the folder it lay in.
import { fill, size } from "../shared/words.js";
import { fingerprint } from "./interrupted.js";

/** Everything of a drop: [{file, folder}], folder is a path such as "Wedding/Ceremony" or "". */
export async function fromDrop(transfer) {
  // Entries must be taken before the first await: the list is emptied when the event ends.
  const entries = [...transfer.items]
    .filter((one) => one.kind === "file")
    .map((one) => one.webkitGetAsEntry?.() ?? one.getAsFile());
  const found = [];
  for (const entry of entries) await collect(entry, "", found);
  return found;
}

/** Everything of an <input type=file>, with or without webkitdirectory. */
export function fromInput(input) {
  return [...input.files].map((file) => ({ file, folder: file.webkitRelativePath.split("/").slice(0, -1).join("/") }));
}

async function collect(entry, folder, found) {
  if (!entry) return;
  if (entry instanceof File) found.push({ file: entry, folder });
  else if (entry.isFile) {
    const file = await new Promise((done) => entry.file(done, () => done(null)));
    if (file) found.push({ file, folder });
  } else {
    const reader = entry.createReader();
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    // A reader gives 100 entries at a time and an empty list at the end.
    for (;;) {
      const part = await new Promise((done) => reader.readEntries(done, () => done([])));
      if (!part.length) break;
      for (const one of part) await collect(one, path, found);
    }
  }
}

/** Whether the first bytes are those of a picture or a video that is taken, whatever the name says. */
async function looksLikePicture(file) {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const text = String.fromCharCode(...head);
  return (
    /^(\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8|\x1aE\xdf\xa3|FUJIFILMCCD-RAW)/.test(text) ||
    (text.startsWith("RIFF") && /^(WEBP|AVI )/.test(text.slice(8))) ||
    (text.startsWith("ftyp", 4) && !/^(M4[ABP] |F4[AB] )/.test(text.slice(8)))
  );
}

/** Whether a file is XMP that an editor wrote beside a photo: it joins the photo of its name, and is none itself. */
export function isSidecar(file) {
  return /\.xmp$/i.test(file.name);
}

const MOST_SIDECAR = 8_000_000;

/** Why this file cannot be sent, in `words` (see FILE_WORDS in words.js), or "" when it can. */
export async function objection(file, { extensions, videos, maxBytes, maxVideoBytes, done, sidecars }, words) {
  const name = file.name;
  const ending = name.includes(".") ? name.split(".").pop().toLowerCase() : "";
  if (name.startsWith(".") || name === "Thumbs.db" || name === "desktop.ini") return words.hidden;
  if (!file.size) return words.empty;
  if (done?.has(fingerprint(file))) return words.done;
  if (sidecars && isSidecar(file)) return file.size > MOST_SIDECAR ? fill(words.large, { size: size(MOST_SIDECAR) }) : "";
  if (ending && !extensions.has(ending) && !(await looksLikePicture(file).catch(() => false)))
    return fill(words.kind, { ending });
  const most = videos.has(ending) ? maxVideoBytes : maxBytes;
  if (file.size > most) return fill(words.large, { size: size(most) });
  return "";
}
