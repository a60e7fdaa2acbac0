// Order by hand: drag tiles, or use the Move menu with the keyboard; drag onto a section's tab to move there.
import { post } from "../shared/http.js";
import { told } from "./shell.js";

let isInner = false;

/** True while a photo of the page itself is dragged, so that the upload veil stays away. */
export function isDragging() {
  return isInner;
}

export function reorder(album, stream, picked) {
  let moving = [];
  const unmark = () =>
    album.querySelectorAll(".drop-before, .is-over").forEach((one) => one.classList.remove("drop-before", "is-over"));

  stream.addEventListener("dragstart", (event) => {
    const tile = event.target.closest(".t");
    if (!tile) return;
    const ids = picked.ids();
    const own = tile.id.slice(2);
    moving = (ids.includes(own) ? ids : [own]).map((id) => document.getElementById(`p-${id}`));
    isInner = true;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", `${moving.length} photos`);
    requestAnimationFrame(() => moving.forEach((one) => one.classList.add("is-drag")));
  });
  album.addEventListener("dragover", (event) => {
    if (!moving.length) return;
    const tab = event.target.closest(".tab[data-section]");
    const tile = event.target.closest("#stream > .t");
    unmark();
    if (!tab && !tile) return;
    event.preventDefault();
    if (tab) tab.classList.add("is-over");
    else (afterHalf(tile, event.clientX) ? (nextTile(tile) ?? tile) : tile).classList.add("drop-before");
  });
  album.addEventListener("drop", (event) => {
    if (!moving.length) return;
    event.preventDefault();
    const tab = event.target.closest(".tab[data-section]");
    const tile = event.target.closest("#stream > .t");
    if (tab) toSection(moving, tab.dataset.section);
    else if (tile && !moving.includes(tile)) {
      const before = afterHalf(tile, event.clientX) ? tile.nextElementSibling : tile;
      place(stream, moving, tile.dataset.section, before);
    }
  });
  document.addEventListener("dragend", () => {
    moving.forEach((one) => one.classList.remove("is-drag"));
    moving = [];
    isInner = false;
    unmark();
  });
  album.addEventListener("click", (event) => {
    const nudge = event.target.closest("[data-nudge]")?.dataset.nudge;
    const tiles = picked.ids().map((id) => document.getElementById(`p-${id}`));
    if (nudge && tiles.length) step(stream, tiles, nudge);
  });
}

/** One place earlier or later, or to the start of the section. */
function step(stream, tiles, nudge) {
  const section = tiles[0].dataset.section;
  const rest = [...stream.querySelectorAll(".t")].filter(
    (tile) => tile.dataset.section === section && !tiles.includes(tile),
  );
  const all = [...stream.querySelectorAll(".t")];
  const at = rest.filter((tile) => all.indexOf(tile) < all.indexOf(tiles[0])).length;
  const target = nudge === "first" ? 0 : Math.max(0, at + Number(nudge));
  place(stream, tiles, section, rest[target] ?? rest.at(-1)?.nextElementSibling ?? null);
  tiles[0].scrollIntoView({ block: "nearest" });
}

async function place(stream, tiles, section, before) {
  while (tiles.includes(before)) before = before.nextElementSibling;
  const body = form(tiles, section);
  body.append("before", before?.matches(".t") && before.dataset.section === section ? before.id.slice(2) : "");
  for (const tile of tiles) {
    tile.dataset.section = section;
    stream.insertBefore(tile, before);
  }
  if (!(await send(stream.dataset.orderUrl, body))) {
    say("The new order could not be saved. The old one is shown again.", "error");
    document.dispatchEvent(new CustomEvent("glassine:moved"));
  } else if (stream.dataset.sort !== "manual") {
    stream.dataset.sort = "manual";
    document.getElementById("sort").value = "manual";
    say("The photos are ordered by hand now.");
  }
}

/** Under another heading; the photos keep the order they have. */
async function toSection(tiles, section) {
  if (!(await send(document.getElementById("selection").action, form(tiles, section))))
    say("The photos could not be moved. Try again.", "error");
  document.dispatchEvent(new CustomEvent("glassine:moved"));
}

function form(tiles, section) {
  const body = new FormData();
  for (const tile of tiles) body.append("photo", tile.id.slice(2));
  body.append("section", section);
  return body;
}

async function send(url, body) {
  const answer = await post(url, body, "part").catch(() => null);
  if (answer?.ok) told(answer);
  // So many photos that they go on as a task.
  if (answer?.status === 202) document.body.dispatchEvent(new CustomEvent("task"));
  return answer?.ok ?? false;
}

function say(text, level = "info") {
  document.body.dispatchEvent(new CustomEvent("toast", { detail: { text, level } }));
}

function afterHalf(tile, x) {
  const box = tile.getBoundingClientRect();
  return x > box.left + box.width / 2;
}

function nextTile(tile) {
  return tile.nextElementSibling?.matches(".t") ? tile.nextElementSibling : null;
}

/** The list of sections: up and down buttons send the whole new order. */
export function sortSections(album) {
  album.addEventListener("click", (event) => {
    const button = event.target.closest("[data-shift]");
    if (!button) return;
    const row = button.closest("li");
    const list = row.parentElement;
    if (button.dataset.shift === "-1") list.insertBefore(row, row.previousElementSibling);
    else list.insertBefore(row.nextElementSibling, row);
    const rows = [...list.children];
    rows.forEach((one, index) => {
      one.querySelector('[data-shift="-1"]').disabled = index === 0;
      one.querySelector('[data-shift="1"]').disabled = index === rows.length - 1;
    });
    button.disabled ? row.querySelector("[data-shift]:not(:disabled)")?.focus() : button.focus();
    window.htmx.ajax("POST", list.dataset.sortable, {
      source: list,
      target: "#section-editor",
      swap: "outerHTML",
      values: { section: rows.map((one) => one.dataset.id) },
    });
  });
}
