// Uploads on the album page: drop anywhere or choose, look first, then the tray.
import { post } from "../shared/http.js";
import { fromDrop, fromInput } from "./files.js";
import { forget, interrupted, remember } from "./interrupted.js";
import { tell } from "./interrupted_tray.js";
import { plan } from "./plan.js";
import { Queue } from "./queue.js";
import { tray } from "./tray.js";
import { QUEUE_WORDS } from "./words.js";

const LOOKED_AT_ONCE = 500;

/** isDragging: tells whether what is dragged is a photo of the page itself. */
export function uploads(album, stream, isDragging) {
  const { uploadUrl, partsUrl, maxBytes, maxVideoBytes, videoExtensions, quotaLeft, extensions, section, sectionTitle, lookUrl, icons } = stream.dataset;
  const place = document.getElementById("upload-tray");
  let queue = null;
  tell(place, uploadUrl, icons);

  /** isAgreed: nothing is asked where all can be sent.  onto: the tile that a single file was dropped on. */
  async function take(found, { isAgreed = false, onto = null } = {}) {
    if (!found.length || document.querySelector("dialog[open]")) return;
    // Only of a visit that was cut short; a drop into a running queue knows better.
    const before = queue ? null : interrupted(uploadUrl);
    const limits = {
      extensions: new Set(extensions.split(",").map((one) => one.trim().replace(/^\./, ""))),
      maxBytes: Number(maxBytes),
      maxVideoBytes: Number(maxVideoBytes),
      videos: new Set(videoExtensions.split(",")),
      sidecars: true,
      done: before?.done,
    };
    const answer = await plan(found, {
      limits,
      quotaLeft: quotaLeft === "" ? null : Number(quotaLeft),
      section,
      sectionTitle,
      albumTitle: album.dataset.title,
      isAgreed,
      known: (files) => known(files, lookUrl),
      onto,
    });
    if (!answer) return;
    const files = await inSections(answer.files, stream.dataset.sectionsUrl);
    const fresh = !queue;
    if (fresh) {
      forget(uploadUrl);
      queue = new Queue(uploadUrl, { address: partsUrl, album: stream.dataset.album }, QUEUE_WORDS, before?.receipt);
      remember(queue, uploadUrl);
    }
    queue.add(files, answer.skipped);
    noteSkipped(answer.skipped, `${stream.dataset.receiptsUrl}${queue.receipt}/skipped/`);
    if (!fresh) return;
    queue.receiptUrl = `${stream.dataset.receiptsUrl}${queue.receipt}/`;
    queue.addEventListener("idle", () => document.dispatchEvent(new CustomEvent("glassine:uploaded")));
    // Drawn when it holds something: an empty tray would say that all is done.
    tray(place, queue, icons, (show) => (show ? showNew(queue) : (queue = null)));
  }

  document.addEventListener("glassine:photo", (event) => queue?.photo(event.detail));
  // Dropped before there was this gallery: its name was the question.
  document.addEventListener("glassine:dropped", (event) => take(event.detail, { isAgreed: true }));
  for (const [kind, id] of [
    ["files", "pick-files"],
    ["folder", "pick-folder"],
  ]) {
    const input = document.getElementById(id);
    album.addEventListener("click", (event) => event.target.closest(`[data-add="${kind}"]`) && input.click());
    input.addEventListener("change", () => {
      const found = fromInput(input);
      input.value = "";
      take(found);
    });
  }
  veil(document.getElementById("drop-veil"), isDragging, async (transfer, at) => {
    // The veil lies above the tiles; who may not arrange photos may not replace them either.
    const under = document.elementsFromPoint(at.x, at.y).map((one) => one.closest?.("#stream .t")).find(Boolean);
    const found = await fromDrop(transfer);
    take(found, { onto: "mayEdit" in stream.dataset && found.length === 1 ? under : null });
  });
}

/** What is not sent stands on the receipt too; without an answer the tray alone says it. */
function noteSkipped(skipped, url) {
  for (let first = 0; first < skipped.length; first += LOOKED_AT_ONCE) {
    const fields = skipped.slice(first, first + LOOKED_AT_ONCE).flatMap(({ file, reason }) => [
      ["name", file.name],
      ["size", file.size],
      ["reason", reason],
    ]);
    post(url, fields).catch((error) => console.info("Skipped files were not noted:", error.message));
  }
}

/** Which of these files the gallery has by name and size, and which have the name of a photo here; both are guesses. */
async function known(files, url) {
  const found = { same: new Set(), alike: new Set() };
  for (let first = 0; first < files.length; first += LOOKED_AT_ONCE) {
    const some = files.slice(first, first + LOOKED_AT_ONCE);
    const pairs = some.flatMap((file) => [
      ["name", file.name],
      ["size", file.size],
    ]);
    // Without an answer all are sent, and each is recognised by its hash.
    const answer = await post(url, pairs)
      .then((said) => (said.ok ? said.json() : null))
      .catch(() => null);
    for (const index of answer?.same ?? []) found.same.add(some[index]);
    for (const index of answer?.alike ?? []) found.alike.add(some[index]);
  }
  return found;
}

/**
 * Make the sections of dropped folders before the first file is sent, in the order of the plan: four files arrive at
 * once and in any order. Without an answer the titles go with the files, which make their sections themselves.
 */
async function inSections(files, url) {
  const titles = [...new Set(files.map((one) => one.title).filter(Boolean))];
  if (!titles.length) return files;
  const ids = await post(
    url,
    titles.map((title) => ["title", title]),
  )
    .then((answer) => (answer.ok ? answer.json() : {}))
    .then(({ sections }) => sections ?? {})
    .catch(() => ({}));
  return files.map((one) => ({ ...one, section: ids[one.title] ?? (one.title || one.section) }));
}

/** The whole window takes files; the veil says where they will go. */
function veil(sheet, isDragging, dropped) {
  let depth = 0;
  const files = (event) => !isDragging() && event.dataTransfer?.types.includes("Files");
  const hide = () => {
    depth = 0;
    sheet.hidden = true;
  };
  addEventListener("dragenter", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    depth += 1;
    sheet.hidden = false;
  });
  addEventListener("dragover", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  addEventListener("dragleave", (event) => {
    if (!files(event)) return;
    depth -= 1;
    if (depth <= 0) hide();
  });
  addEventListener("drop", (event) => {
    if (!files(event)) return;
    event.preventDefault();
    hide();
    dropped(event.dataTransfer, { x: event.clientX, y: event.clientY });
  });
}

function showNew(queue) {
  const first = queue.items.find((item) => item.state === "ready" && document.getElementById(`p-${item.photo}`));
  if (first) document.getElementById(`p-${first.photo}`).scrollIntoView({ behavior: "smooth", block: "center" });
  else location.reload();
}
