// Hearts: one tap on a tile or in the lightbox. What is shown runs ahead of the server and steps back if it refuses.
import { get, post } from "../shared/http.js";
import { asPerson } from "./identify.js";
import { say } from "./say.js";

const ASKED_AT_ONCE = 100;
const form = document.getElementById("hearts");
const stream = document.getElementById("stream");
const words = form.dataset;
// Taps on one photo go to the server one after the other, so that the last one decides.
const pending = new Map();
const unsaved = new Map();
let saves = 0;
let box = null;
let takeBack = null;

stream.addEventListener("click", (event) => {
  const button = event.target.closest("button.heart");
  if (!button) return;
  event.preventDefault();
  toggle(idOf(button));
});
document.addEventListener("lightbox:open", (event) => openBox(event.detail));
document.addEventListener("lightbox:change", (event) => moveBox(event.detail.id));
document.addEventListener("lightbox:close", () => {
  const { id } = box ?? {};
  box = null;
  if (id) forget(id);
});
document.addEventListener("lightbox:help", (event) => event.detail.rows.push(["F", "L", words.keys]));
document.addEventListener("lightbox:key", (event) => {
  if (!["f", "l"].includes(event.detail.key.toLowerCase())) return;
  event.preventDefault();
  toggle(event.detail.id);
});
for (const kind of ["focus", "pageshow"]) window.addEventListener(kind, refresh);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
document.addEventListener("visitor:known", refresh);
window.addEventListener("online", retry);
document.getElementById("full-sheet").addEventListener("click", sheetClick);
document.getElementById("locked-sheet").addEventListener("click", sheetClick);

/** Turn the heart of a photo over. */
export function toggle(id) {
  const button = heartOf(id);
  if (button) set(id, button.getAttribute("aria-pressed") !== "true");
}

function set(id, on) {
  paint(id, on);
  unsaved.delete(id);
  const turn = {};
  const before = pending.get(id)?.done ?? Promise.resolve();
  turn.done = before
    .then(() => save(id, on, () => pending.get(id) === turn))
    .finally(() => pending.get(id) === turn && pending.delete(id));
  pending.set(id, turn);
}

/** Tell the server. `isLast` says whether nobody has tapped the photo again meanwhile. */
async function save(id, on, isLast) {
  const button = heartOf(id);
  try {
    const answer = await asPerson(() =>
      post(new URL(button.getAttribute("formaction"), location.href), {
        on: on ? "1" : "0",
        list: form.elements.list.value,
      }),
    );
    if (answer.ok) return saved(id, await answer.json(), isLast());
    if (isLast()) paint(id, !on);
    if (answer.status === 409) return refused(await answer.json());
  } catch (error) {
    console.info("A heart was not saved:", error.message);
    if (isLast()) paint(id, !on);
  }
  unsaved.set(id, on);
  takeBack?.();
  takeBack = failed(retry);
}

function saved(id, state, isLast) {
  const isNew = form.elements.list.value !== state.list;
  form.elements.list.value = state.list;
  saves += 1;
  tally(state.count, state.maximum);
  if (isLast) paint(id, state.on);
  // Somebody who was here before brings their hearts along.
  if (isNew) refresh();
}

function refused({ code, message }) {
  // Nobody wanted to say who they are: nothing is lost, so nothing is said.
  if (code === "who") return undefined;
  if (code === "full") return open("full-sheet", message);
  if (code === "locked") return open("locked-sheet");
  return say(message, { close: words.close });
}

function retry() {
  takeBack?.();
  takeBack = null;
  const again = [...unsaved];
  unsaved.clear();
  for (const [id, on] of again) set(id, on);
}

/** Another tab or the studio may have changed the list: ask for what is in view. */
async function refresh() {
  const inView = [...stream.querySelectorAll("button.heart")].filter((button) => {
    const { top, bottom } = button.getBoundingClientRect();
    return bottom > -200 && top < innerHeight + 200;
  });
  const ids = inView.map(idOf).slice(0, ASKED_AT_ONCE);
  const before = saves;
  try {
    const answer = await get(`${words.state}?list=${form.elements.list.value}&ids=${ids.join(",")}`);
    if (!answer.ok) return;
    const state = await answer.json();
    // A heart was saved meanwhile: what was asked before it is old.
    if (saves !== before) return;
    form.elements.list.value = state.list;
    tally(state.count, state.maximum);
    const on = new Set(state.on);
    for (const id of ids) if (!pending.has(id) && !unsaved.has(id)) paint(id, on.has(id));
  } catch (error) {
    console.info("The hearts stay as they were:", error.message);
  }
}

function paint(id, on) {
  const button = heartOf(id);
  if (!button) return;
  if (stream.classList.contains("stream--picked") && button.getAttribute("aria-pressed") !== String(on))
    recount(button, on ? 1 : -1);
  button.setAttribute("aria-pressed", on);
  button.value = on ? "0" : "1";
  if (box?.id === id) box.button.setAttribute("aria-pressed", on);
}

/** Where only favourites are shown, the heading above a photo counts hearts. */
function recount(button, by) {
  let above = button.closest(".t");
  do above = above.previousElementSibling;
  while (above && !above.matches("h2.set"));
  // Behind the words may stand the button that downloads the section.
  const place = above?.querySelector("small")?.firstChild;
  if (!place) return;
  const number = Math.max(0, Number(place.data.replace(/\D/g, "")) + by);
  place.data = (number === 1 ? words.one : words.many).replace("{count}", number);
}

function tally(number, maximum) {
  words.maximum = maximum ?? "";
  const text =
    maximum === null ? number.toLocaleString() : words.of.replace("{count}", number).replace("{maximum}", maximum);
  for (const place of document.querySelectorAll("[data-hearts-count]")) place.textContent = text;
  for (const place of document.querySelectorAll("[data-list-count]")) place.textContent = number;
}

// -- the lightbox ------------------------------------------------------------------------------------

function openBox({ id, root }) {
  if (!heartOf(id)) return;
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "pswp__button pswp__button--heart pswp__hide-on-close",
    title: words.favourite,
  });
  button.setAttribute("aria-label", words.favourite);
  button.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${stream.dataset.icons}#heart"/></svg><span data-hearts-count></span>`;
  button.lastChild.textContent = document.querySelector("[data-hearts-count]").textContent;
  button.addEventListener("click", () => toggle(box.id));
  (root.querySelector(".pswp__preloader") ?? root.querySelector(".pswp__count")).after(button);
  box = { id, button };
  paint(id, heartOf(id).getAttribute("aria-pressed") === "true");
}

function moveBox(id) {
  if (!box) return;
  const left = box.id;
  box.id = id;
  box.button.setAttribute("aria-pressed", heartOf(id)?.getAttribute("aria-pressed") ?? "false");
  forget(left);
}

/** Where only favourites are shown, one that was taken back goes when the viewer has left it. */
function forget(id) {
  if (!stream.classList.contains("stream--picked") || heartOf(id)?.getAttribute("aria-pressed") !== "false") return;
  document.dispatchEvent(new CustomEvent("lightbox:drop", { detail: { id } }));
  document.getElementById(`p-${id}`).remove();
}

// -- sheets ------------------------------------------------------------------------------------------

function open(id, message = "") {
  const sheet = document.getElementById(id);
  const title = sheet.querySelector("[data-message]");
  if (title) title.textContent = message;
  if (!sheet.open) sheet.showModal();
}

function sheetClick(event) {
  const sheet = event.currentTarget;
  const deed = event.target.closest("[data-ask-more]") ? "more" : event.target.closest("[data-reopen]") ? "reopen" : "";
  if (deed || event.target === sheet || event.target.closest("[data-close]")) sheet.close();
  if (deed) ask(deed);
}

/** Ask for a larger limit ("more"), or open the sent list again ("reopen"). */
async function ask(deed) {
  try {
    const answer = await asPerson(() => post(`${words.favourites}lists/${form.elements.list.value}/${deed}/`, {}));
    if (!answer.ok) throw new Error(answer.status);
    if (deed === "more") say(words.asked, { close: words.close });
    else refresh();
  } catch (error) {
    console.info("The list was not changed:", error.message);
    failed(() => ask(deed));
  }
}

function failed(again) {
  return say(`${navigator.onLine ? "" : `${words.offline} `}${words.failed}`, {
    error: true,
    label: words.again,
    act: again,
    close: words.close,
  });
}

function heartOf(id) {
  return document.getElementById(`p-${id}`)?.querySelector("button.heart");
}

function idOf(button) {
  return button.closest(".t").id.slice(2);
}
