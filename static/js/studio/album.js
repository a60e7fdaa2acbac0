// The album page of the studio: the parts and what they tell each other.
import { lightbox } from "../shared/lightbox.js";
import { watchTiles } from "../shared/tiles.js";
import { uploads } from "../upload/page.js";
import { live } from "./live.js";
import { isDragging, reorder, sortSections } from "./reorder.js";
import { selection } from "./selection.js";

const stream = document.getElementById("stream");
const album = document.getElementById("album");

watchTiles(stream);
watchTiles(document.getElementById("fresh"));
const picked = selection(album);
const box = lightbox(stream);
live(stream);
if ("mayEdit" in stream.dataset) {
  reorder(album, stream, picked);
  sortSections(album);
}
if ("mayUpload" in stream.dataset) uploads(album, stream, isDragging);

/** Ask the server for parts of this page again: "stream", "summary", "sections". */
function refresh(...parts) {
  for (const part of parts)
    window.htmx.ajax("GET", location.href.split("#")[0], {
      // Each for itself: of several requests of one element htmx keeps the first and the last.
      source: `#${part}`,
      target: `#${part}`,
      swap: part === "stream" ? "innerHTML" : "outerHTML",
    });
}

document.addEventListener("glassine:undone", (event) => {
  event.preventDefault();
  // The editor of sections that comes back asks for the rest; who may not edit has none.
  refresh("summary", ...(document.getElementById("section-editor") ? ["section-editor"] : ["stream", "sections"]));
});
document.addEventListener("glassine:task", () => refresh("stream", "summary", "sections"));
document.addEventListener("glassine:moved", () => refresh("stream", "sections"));
// The editor of sections that comes back asks for the rest.
document.addEventListener("glassine:audience", () => refresh("section-editor"));
document.addEventListener("glassine:deleted", () => refresh("summary", "sections"));
document.addEventListener("glassine:album", () => refresh("summary", "sections"));
// New photos were put at the end of their section; by time or name their places are the server's to say.
document.addEventListener("glassine:uploaded", () => {
  if (stream.dataset.sort !== "manual" && !document.getElementById("more") && !picked.ids().length) refresh("stream");
});
document.addEventListener("glassine:unknown-section", () => refresh("stream", "sections"));
document
  .getElementById("sort")
  ?.form.addEventListener("htmx:afterRequest", (event) => event.detail.successful && location.reload());
// A gallery that was empty shows its first photo at the head, as the next visit of the page will.
document.addEventListener("glassine:photo", () => {
  const head = document.getElementById("album-cover");
  const first = stream.querySelector(".t img");
  if (first && !head.querySelector("img")) showCover(first);
});
document.addEventListener("glassine:cover", (event) => showCover(event.detail));

function showCover(image) {
  const cover = Object.assign(document.createElement("img"), {
    src: image.getAttribute("src"),
    alt: "",
    width: 92,
    height: 61,
  });
  document.getElementById("album-cover").replaceChildren(cover);
  document.getElementById("cover-focus")?.removeAttribute("hidden");
}

document.body.addEventListener("htmx:afterSettle", () => {
  // What the lightbox counts by: photos came, went or came back since the page was loaded.
  const { shown, photos } = document.getElementById("sections").dataset;
  stream.dataset.total = shown;
  box.recount();
  const every = document.querySelector("[data-select-all]");
  if (every) every.dataset.selectAll = photos;
  for (const tab of album.querySelectorAll(".tab[data-section]")) {
    const count = document.getElementById(`s-${tab.dataset.section}`)?.querySelector("small");
    const number = tab.querySelector("small").textContent;
    if (count) count.textContent = `${number} photo${number === "1" ? "" : "s"}`;
  }
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "section-editor" && event.detail.elt?.id !== "section-editor") return;
  refresh("stream", "sections");
});

const empty = document.getElementById("empty");
new MutationObserver(() => {
  empty.hidden = album.querySelector(".t") !== null;
}).observe(album.querySelector(".stream-wrap"), { childList: true, subtree: true });
