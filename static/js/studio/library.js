// The library's page: photos open in the lightbox and are selected, also after a search has put others in their place.
import { lightbox } from "../shared/lightbox.js";
import { watchTiles } from "../shared/tiles.js";
import { selection } from "./selection.js";

const library = document.getElementById("library");
const form = document.getElementById("selection");
const picked = library && form ? selection(library) : null;
let stream;

function begin() {
  const found = document.getElementById("stream");
  if (found) count(found);
  if (!found || found === stream) return;
  stream = found;
  watchTiles(stream);
  lightbox(stream);
  if (!picked) return;
  // What "all" means now.
  form.elements.q.value = stream.dataset.q;
  form.querySelector("[data-select-all]").dataset.selectAll = stream.dataset.total;
  picked.clear();
}

/** Where photos had to be counted, their number comes after the page. */
function count(found) {
  const told = document.querySelector("[data-photos]")?.dataset.photos;
  if (!told) return;
  if (!found.dataset.counted) found.dataset.total = told;
  found.dataset.counted = "1";
  if (picked) form.querySelector("[data-select-all]").dataset.selectAll = found.dataset.total;
}

/** Ask for what is found again: photos came, went or have other marks. */
function refresh() {
  if (library)
    window.htmx.ajax("GET", location.href.split("#")[0], { source: "#results", target: "#results", swap: "outerHTML" });
}

begin();
document.body.addEventListener("htmx:afterSettle", begin);
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
document.addEventListener("glassine:undone", (event) => {
  if (!library) return;
  event.preventDefault();
  refresh();
});
for (const kind of ["task", "moved", "deleted"]) document.addEventListener(`glassine:${kind}`, refresh);
