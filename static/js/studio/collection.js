// A collection that was made by hand: photos open in the lightbox, are selected, put in order and removed.
import { lightbox } from "../shared/lightbox.js";
import { watchTiles } from "../shared/tiles.js";
import { reorder } from "./reorder.js";
import { selection } from "./selection.js";

const album = document.getElementById("album");
const stream = document.getElementById("stream");

if (stream) {
  watchTiles(stream);
  lightbox(stream);
  if (document.getElementById("selection")) reorder(album, stream, selection(album));
}

// An order that could not be saved is shown as it was; what is left of an empty collection is another page.
document.addEventListener("glassine:moved", () =>
  window.htmx.ajax("GET", location.href.split("#")[0], { source: "#stream", target: "#stream", swap: "innerHTML" }),
);
document.addEventListener("glassine:deleted", () => {
  if (!stream.querySelector(".t")) location.reload();
});
