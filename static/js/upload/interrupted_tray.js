// A visit that was cut short, told in the place of the tray.
import { forget, interrupted } from "./interrupted.js";

/** Say it in `place` until it is dismissed or new files come. */
export function tell(place, address, icons) {
  const last = interrupted(address);
  if (!last) return;
  const number = new Intl.NumberFormat();
  place.innerHTML = `<section class="tray" id="tray-interrupted" aria-label="Uploads">
    <header class="tray__head"><h2>Upload interrupted</h2><button type="button" class="btn btn--quiet btn--icon" aria-label="Close"><svg class="icon" aria-hidden="true"><use href="${icons}#close"/></svg></button></header>
    <div class="tray__sum"><p></p></div></section>`;
  place.querySelector("p").textContent =
    `${number.format(last.done.size)} of ${number.format(last.total)} files were stored. Add the same files or folder again to go on.`;
  place.querySelector("button").addEventListener("click", () => {
    forget(address);
    place.replaceChildren();
  });
}
