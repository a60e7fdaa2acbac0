// Every tile ends in one of three ways: loaded, retrying, or failed with "Tap to retry".
import { streamWords } from "./words.js";

const WAITS = [1000, 3000, 9000];

/** Watch the images of one stream, now and for all pages that follow. */
export function watchTiles(stream) {
  stream.addEventListener("load", (event) => loaded(event.target), true);
  stream.addEventListener("error", (event) => failed(event.target), true);
  stream.addEventListener("click", tapToRetry, true);
  // Images that ended before this script ran told nobody.
  for (const image of stream.querySelectorAll(".t img")) {
    if (!image.complete) continue;
    if (image.naturalWidth) loaded(image);
    else if (image.currentSrc) failed(image);
  }
}

function loaded(image) {
  const tile = tileOf(image);
  if (!tile) return;
  tile.dataset.load = "loaded";
  tile.removeAttribute("data-retry");
}

function failed(image) {
  const tile = tileOf(image);
  if (!tile) return;
  const tries = Number(tile.dataset.tries || 0);
  if (tries >= WAITS.length) {
    tile.dataset.load = "failed";
    tile.dataset.retry = streamWords().retry;
    return;
  }
  tile.dataset.load = "retrying";
  tile.dataset.tries = tries + 1;
  setTimeout(() => ask(image, tries + 1), WAITS[tries]);
}

function ask(image, number) {
  const address = new URL(image.getAttribute("src"), location.href);
  address.searchParams.set("r", `${number}-${Date.now()}`);
  image.removeAttribute("srcset");
  image.loading = "eager";
  image.src = address.href;
}

function tapToRetry(event) {
  const tile = event.target.closest?.('.t[data-load="failed"]');
  if (!tile || event.target.closest("input")) return;
  event.preventDefault();
  event.stopPropagation();
  tile.dataset.load = "retrying";
  tile.dataset.tries = WAITS.length;
  ask(tile.querySelector("img"), "tap");
}

function tileOf(image) {
  return image instanceof HTMLImageElement ? image.closest(".t") : null;
}
