// The library's page: photos open in the lightbox, also after a search has put others in their place.
import { lightbox } from "../shared/lightbox.js";
import { watchTiles } from "../shared/tiles.js";

let stream;

function begin() {
  const found = document.getElementById("stream");
  if (!found || found === stream) return;
  stream = found;
  watchTiles(stream);
  lightbox(stream);
}

begin();
document.body.addEventListener("htmx:afterSettle", begin);
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
