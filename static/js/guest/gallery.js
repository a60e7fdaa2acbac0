// The client's gallery. Everything here is an extra: the page is complete without it.
import { lightbox } from "../shared/lightbox.js";
import { watchTiles } from "../shared/tiles.js";

const stream = document.getElementById("stream");
watchTiles(stream);
lightbox(stream);
sharpenCover(document.getElementById("cover"));
followSections(document.querySelector(".chips"));

/** The cover is painted from a small file first; the large one takes its place when it is decoded. */
async function sharpenCover(cover) {
  if (!cover?.dataset.full) return;
  if (!cover.complete) await new Promise((done) => cover.addEventListener("load", done, { once: true }));
  const large = new Image();
  large.src = cover.dataset.full;
  try {
    await large.decode();
    cover.src = large.src;
  } catch (error) {
    console.info("The cover stays small:", error.message);
  }
}

/** Mark the section in view, and jump without a new page when the section is here already. */
function followSections(chips) {
  if (!chips) return;
  const chipOf = (id) => [...chips.children].find((chip) => new URL(chip.href).hash === `#${id}`);
  chips.addEventListener("click", (event) => {
    const chip = event.target.closest("a");
    const heading = chip && document.getElementById(new URL(chip.href).hash.slice(1));
    if (!heading) return;
    event.preventDefault();
    heading.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  });
  const mark = (id) => {
    const chip = chipOf(id);
    if (!chip || chip.hasAttribute("aria-current")) return;
    for (const other of chips.children) other.removeAttribute("aria-current");
    chip.setAttribute("aria-current", "true");
    chips.scrollTo({ left: chip.offsetLeft - chips.offsetLeft - 40 });
  };
  let waiting = false;
  addEventListener(
    "scroll",
    () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        const passed = [...stream.querySelectorAll("h2.set")].filter(
          (heading) => heading.getBoundingClientRect().top < innerHeight * 0.4,
        );
        if (passed.length) mark(passed.at(-1).id);
      });
    },
    { passive: true },
  );
}
