// Uploads on the album page: drop anywhere or choose, look first, then the tray.
import { post } from "../shared/http.js";
import { fromDrop, fromInput } from "./files.js";
import { forget, interrupted, remember, tell } from "./interrupted.js";
import { plan } from "./plan.js";
import { Queue } from "./queue.js";
import { tray } from "./tray.js";

/** isDragging: tells whether what is dragged is a photo of the page itself. */
export function uploads(album, stream, isDragging) {
  const { uploadUrl, partsUrl, maxBytes, maxVideoBytes, videoExtensions, quotaLeft, extensions, section, sectionTitle, icons } = stream.dataset;
  const place = document.getElementById("upload-tray");
  let queue = null;
  tell(place, uploadUrl, icons);

  async function take(found, { isAgreed = false } = {}) {
    if (!found.length || document.querySelector("dialog[open]")) return;
    const limits = {
      extensions: new Set(extensions.split(",").map((one) => one.trim().replace(/^\./, ""))),
      maxBytes: Number(maxBytes),
      maxVideoBytes: Number(maxVideoBytes),
      videos: new Set(videoExtensions.split(",")),
      // Only of a visit that was cut short; a drop into a running queue knows better.
      done: queue ? null : interrupted(uploadUrl)?.done,
    };
    const answer = await plan(found, {
      limits,
      quotaLeft: quotaLeft === "" ? null : Number(quotaLeft),
      section,
      sectionTitle,
      albumTitle: album.dataset.title,
      isAgreed,
    });
    if (!answer) return;
    const files = await inSections(answer.files, stream.dataset.sectionsUrl);
    const fresh = !queue;
    if (fresh) {
      forget(uploadUrl);
      queue = new Queue(uploadUrl, { address: partsUrl, album: stream.dataset.album });
      remember(queue, uploadUrl);
    }
    queue.add(files, answer.skipped);
    if (!fresh) return;
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
  veil(document.getElementById("drop-veil"), isDragging, async (transfer) => take(await fromDrop(transfer)));
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
    dropped(event.dataTransfer);
  });
}

function showNew(queue) {
  const first = queue.items.find((item) => item.state === "ready" && document.getElementById(`p-${item.photo}`));
  if (first) document.getElementById(`p-${first.photo}`).scrollIntoView({ behavior: "smooth", block: "center" });
  else location.reload();
}
