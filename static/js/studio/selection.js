// Selecting many: click, Shift for a range, Ctrl or Cmd for one more, a long press on touch, a rubber band with the mouse.
import { size } from "../shared/words.js";

const PRESS = 400;

/**
 * Keep the selection of the stream in `album`; returns {ids, clear}. The checkboxes themselves are the state.
 * A search may put another stream in its place.
 */
export function selection(album) {
  const stream = () => album.querySelector("#stream");
  const count = document.getElementById("selection-count");
  const every = everyPhoto(document.getElementById("selection"));
  const boxes = () => [...album.querySelectorAll("#stream .pick")];
  const chosen = () => boxes().filter((box) => box.checked);
  let anchor = null;

  function show() {
    const now = chosen();
    stream()?.classList.toggle("is-selecting", now.length > 0);
    if (!count) return;
    const bytes = now.reduce((sum, box) => sum + Number(box.closest(".t").dataset.size || 0), 0);
    every.show(now.length, boxes().length);
    count.replaceChildren(every.isOn ? every.words : now.length.toLocaleString(), part("span", " selected"));
    if (!every.isOn) count.append(part("small", ` · ${size(bytes)}`));
  }
  function clear() {
    for (const box of chosen()) box.checked = false;
    anchor = null;
    every.isOn = false;
    show();
  }
  function pick(box, on) {
    box.checked = on;
    anchor = box;
    show();
  }
  function range(box) {
    const all = boxes();
    const [from, to] = [all.indexOf(anchor ?? box), all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) one.checked = true;
    show();
  }

  // Capture: while something is selected a click on a photo selects, and does not open it.
  album.addEventListener(
    "click",
    (event) => {
      const tile = event.target.closest(".t");
      const box = tile?.querySelector(".pick");
      if (!box || !tile.closest("#stream") || event.target.closest("button")) return;
      const many = event.shiftKey || event.ctrlKey || event.metaKey;
      if (event.target === box) {
        if (event.shiftKey && anchor) range(box);
        else pick(box, box.checked);
        event.stopPropagation();
        return;
      }
      if (!many && !chosen().length) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.shiftKey) range(box);
      else pick(box, !box.checked);
    },
    true,
  );

  document.addEventListener("keydown", (event) => {
    if (
      event.target.closest("input:not(.pick), textarea, select, dialog, .pswp") ||
      document.querySelector(".pswp, dialog[open]")
    )
      return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a" && boxes().length) {
      event.preventDefault();
      for (const box of boxes()) box.checked = true;
      show();
    } else if (event.key === "Escape" && chosen().length) clear();
  });
  album.querySelector("[data-unselect]")?.addEventListener("click", clear);
  longPress(album, (tile) => {
    const box = tile.querySelector(".pick");
    if (!box) return;
    navigator.vibrate?.(12);
    pick(box, true);
  });
  rubberBand(album, show);
  document.body.addEventListener("htmx:afterSettle", () => {
    // What scrolls in belongs to all of them too.
    if (every.isOn) for (const box of boxes()) box.checked = true;
    show();
  });
  every.button?.addEventListener("click", () => {
    every.isOn = true;
    show();
  });
  afterDeeds(album, chosen, clear, every);
  show();
  return { ids: () => chosen().map((box) => box.value), clear };
}

/** A part of what is counted, which narrow screens leave out. */
function part(kind, textContent) {
  return Object.assign(document.createElement(kind), { textContent });
}

/** "Select all 1,204": also the photos that are not on the page yet, once all that are there are selected. */
function everyPhoto(form) {
  const button = form?.querySelector("[data-select-all]");
  const total = () => Number(button?.dataset.selectAll);
  return {
    button,
    isOn: false,
    get words() {
      return `All ${total().toLocaleString()}`;
    },
    show(selected, loaded) {
      if (selected < loaded) this.isOn = false;
      button.textContent = `Select all ${total().toLocaleString()}`;
      button.hidden = this.isOn || selected < loaded || total() <= loaded;
      form.elements.all.disabled = !this.isOn;
      form.classList.toggle("is-every", this.isOn);
    },
  };
}

/** After a deed on the selection: show its effect at once. */
function afterDeeds(album, chosen, clear, every) {
  document.getElementById("selection")?.addEventListener("htmx:afterRequest", (event) => {
    // An answer that says what is wrong counts as successful too: it may have a part to show.
    if (!event.detail.successful || event.detail.xhr.status >= 400) return;
    const verb = event.target.closest("[data-verb]")?.dataset.verb;
    // What it opened asks first.
    if (verb === "show") return;
    const tiles = chosen().map((box) => box.closest(".t"));
    if (verb === "delete") tiles.forEach((tile) => tile.remove());
    if (verb === "cover") {
      album.querySelector(".is-cover")?.classList.remove("is-cover");
      tiles[0]?.classList.add("is-cover");
      const image = tiles[0]?.querySelector("img");
      if (image) document.dispatchEvent(new CustomEvent("glassine:cover", { detail: image }));
    }
    const wasEvery = every.isOn;
    clear();
    if (verb === "delete" && wasEvery) document.dispatchEvent(new CustomEvent("glassine:moved"));
    if (verb === "delete") document.dispatchEvent(new CustomEvent("glassine:deleted"));
    if (verb === "move" || verb === "stack") document.dispatchEvent(new CustomEvent("glassine:moved"));
  });
}

function longPress(album, chosen) {
  let timer = 0;
  let fired = false;
  album.addEventListener("pointerdown", (event) => {
    const tile = event.target.closest("#stream .t");
    fired = false;
    if (event.pointerType !== "touch" || !tile) return;
    timer = setTimeout(() => {
      fired = true;
      chosen(tile);
    }, PRESS);
  });
  for (const kind of ["pointerup", "pointercancel", "pointermove", "scroll"])
    album.addEventListener(
      kind,
      (event) => {
        if (kind !== "pointermove" || Math.abs(event.movementX) + Math.abs(event.movementY) > 6) clearTimeout(timer);
      },
      { passive: true },
    );
  album.addEventListener("contextmenu", (event) => fired && event.preventDefault());
  album.addEventListener(
    "click",
    (event) => {
      if (!fired) return;
      fired = false;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
}

/** Drag over free space of the page: all tiles that the band touches. */
function rubberBand(album, show) {
  album.addEventListener("pointerdown", (down) => {
    const stream = down.target.closest(".stream-wrap")?.querySelector("#stream");
    if (
      down.pointerType !== "mouse" ||
      down.button !== 0 ||
      down.target.closest(".t, a, button, input, h2") ||
      !stream?.querySelector(".pick")
    )
      return;
    const start = { x: down.pageX, y: down.pageY };
    const before = new Set(
      [...stream.querySelectorAll(".pick:checked")].filter(() => down.shiftKey || down.ctrlKey || down.metaKey),
    );
    let band = null;
    const move = (event) => {
      const box = {
        left: Math.min(start.x, event.pageX),
        top: Math.min(start.y, event.pageY),
        right: Math.max(start.x, event.pageX),
        bottom: Math.max(start.y, event.pageY),
      };
      if (!band && box.right - box.left + box.bottom - box.top < 8) return;
      band ??= document.body.appendChild(Object.assign(document.createElement("div"), { className: "band" }));
      Object.assign(band.style, {
        left: `${box.left}px`,
        top: `${box.top}px`,
        width: `${box.right - box.left}px`,
        height: `${box.bottom - box.top}px`,
      });
      for (const pick of stream.querySelectorAll(".pick")) {
        const at = pick.closest(".t").getBoundingClientRect();
        const touched =
          at.left + scrollX < box.right &&
          at.right + scrollX > box.left &&
          at.top + scrollY < box.bottom &&
          at.bottom + scrollY > box.top;
        pick.checked = touched || before.has(pick);
      }
      show();
    };
    const up = () => {
      document.removeEventListener("pointermove", move);
      band?.remove();
    };
    down.preventDefault();
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", up, { once: true });
  });
}
