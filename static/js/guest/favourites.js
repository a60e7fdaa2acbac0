// Hearts: one tap on a tile or in the lightbox. What is shown runs ahead of the server and steps back if it refuses.
import { get, post } from "../shared/http.js";
import { fill } from "../shared/words.js";
import { asPerson } from "./identify.js";
import { say } from "./say.js";
import { Waiting } from "./waiting.js";

const ASKED_AT_ONCE = 100;
const form = document.getElementById("hearts");
const stream = document.getElementById("stream");
const words = form.dataset;
// Taps on one photo go to the server one after the other, so that the last one decides.
const pending = new Map();
const unsaved = new Map();
// Hearts of somebody who has not said who they are: kept on this device until they do.
const waiting = new Waiting(words.keep);
let saves = 0;
let box = null;
let takeBack = null;
let locked = "";

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
for (const kind of ["focus", "pageshow"]) window.addEventListener(kind, () => refresh());
document.addEventListener("visibilitychange", () => document.hidden || refresh());
document.addEventListener("visitor:known", saveWaiting);
document.addEventListener("click", closeMenu);
window.addEventListener("online", retry);
document.getElementById("full-sheet").addEventListener("click", sheetClick);
document.getElementById("locked-sheet").addEventListener("click", sheetClick);
document.body.addEventListener("htmx:afterSettle", paintWaiting);
if (waiting.size) {
  paintWaiting();
  // Whoever has a list is known by now, perhaps by another tab.
  if (form.elements.list.value) saveWaiting();
  else remind();
}

/** Turn the heart of a photo over. */
export function toggle(id) {
  const button = heartOf(id);
  if (button) set(id, button.getAttribute("aria-pressed") !== "true");
}

function set(id, on, list = "") {
  paint(id, on);
  unsaved.delete(id);
  if (!on && waiting.has(id)) return drop(id);
  if (on && waiting.isDeclined) return keep(id);
  const turn = {};
  const before = pending.get(id)?.done ?? Promise.resolve();
  turn.done = before
    .then(() => save(id, on, list, () => pending.get(id) === turn))
    .finally(() => pending.get(id) === turn && pending.delete(id));
  pending.set(id, turn);
  return undefined;
}

/** Tell the server. `isLast` says whether nobody has tapped the photo again meanwhile. */
async function save(id, on, list, isLast) {
  try {
    const answer = await asPerson(() => put(id, on, list));
    if (answer.ok) return saved(id, await answer.json(), isLast());
    const told = answer.status === 409 ? await answer.json() : null;
    // Nobody said who they are: the heart stays on this device, and the page says so.
    if (told?.code === "who" && on) return keep(id);
    if (isLast()) paint(id, !on);
    if (told) return refused(id, told);
  } catch (error) {
    console.info("A heart was not saved:", error.message);
    if (isLast()) paint(id, !on);
  }
  unsaved.set(id, on);
  takeBack?.();
  takeBack = failed(retry);
}

function put(id, on, list = "") {
  return post(waiting.urlOf(id) ?? urlOf(id), { on: on ? "1" : "0", list: list || form.elements.list.value });
}

function saved(id, state, isLast) {
  waiting.delete(id);
  const isNew = form.elements.list.value !== state.list;
  form.elements.list.value = state.list;
  saves += 1;
  tally(state.count, state.maximum);
  if (isLast) paint(id, state.on);
  // Somebody who was here before brings their hearts along.
  if (isNew) refresh();
}

function refused(id, { code, message, instead }) {
  if (code === "full") return open("full-sheet", message);
  if (code === "locked") {
    locked = id;
    document.querySelector("[data-instead]").textContent = fill(words.instead, { list: instead });
    return open("locked-sheet");
  }
  return say(message, { close: words.close });
}

function retry() {
  takeBack?.();
  takeBack = null;
  const again = [...unsaved];
  unsaved.clear();
  for (const [id, on] of again) set(id, on);
}

/** Keep a heart on this device, and offer to save it. */
function keep(id) {
  waiting.add(id, urlOf(id));
  waiting.isDeclined = true;
  paintWaiting();
  remind();
}

function drop(id) {
  waiting.delete(id);
  paint(id, false);
  recount();
}

function remind() {
  takeBack?.();
  takeBack = say(words.waiting, { stays: true, label: words.save, act: askAgain, close: words.close });
}

/** Ask who it is by the first heart that waits; the others follow when it is known. */
async function askAgain() {
  const [first] = waiting.ids;
  if (!first) return;
  waiting.isDeclined = false;
  await save(first, true, "", () => true);
}

/** Save what waits. The page says that it waits until it is saved. */
async function saveWaiting() {
  waiting.isDeclined = false;
  for (const id of waiting.ids) {
    const answer = await put(id, true).catch(() => null);
    // A photo that is gone, or a list that is full, does not wait for ever.
    if (answer && answer.status < 500) waiting.delete(id);
    else unsaved.set(id, true);
    const told = answer?.status === 409 ? await answer.json() : null;
    if (told) refused(id, told);
  }
  takeBack?.();
  takeBack = unsaved.size ? failed(retry) : null;
  await refresh();
}

function paintWaiting() {
  for (const id of waiting.ids) paint(id, true);
  recount();
}

/** Another tab or the studio may have changed the list: ask for what is in view, or for all photos of the page. */
async function refresh({ all = false } = {}) {
  const hearts = [...stream.querySelectorAll("button.heart")];
  const wanted = all === true ? hearts : hearts.filter(isInView).slice(0, ASKED_AT_ONCE);
  for (let first = 0; first < Math.max(wanted.length, 1); first += ASKED_AT_ONCE)
    await ask(wanted.slice(first, first + ASKED_AT_ONCE).map(idOf));
}

function isInView(button) {
  const { top, bottom } = button.getBoundingClientRect();
  return bottom > -200 && top < innerHeight + 200;
}

async function ask(ids) {
  const before = saves;
  try {
    const query = new URLSearchParams({ list: form.elements.list.value, only: words.only, ids: ids.join(",") });
    const answer = await get(`${words.state}?${query}`);
    if (!answer.ok) return;
    const state = await answer.json();
    // A heart was saved meanwhile: what was asked before it is old.
    if (saves !== before) return;
    form.elements.list.value = state.list;
    showBar(state.bar);
    tally(state.count, state.maximum);
    const on = new Set(state.on);
    for (const id of ids) if (!pending.has(id) && !unsaved.has(id)) paint(id, on.has(id) || waiting.has(id));
  } catch (error) {
    console.info("The hearts stay as they were:", error.message);
  }
}

/** The counter with the names of the lists, as the server writes it. An open menu stays as it is. */
function showBar(html) {
  const bar = document.querySelector("[data-hearts-bar]");
  if (!bar || bar.querySelector("details[open]")) return;
  bar.replaceWith(new DOMParser().parseFromString(html, "text/html").querySelector("[data-hearts-bar]"));
}

/** A tap outside closes the menu; one on a list makes it the active one, without a new page. */
function closeMenu(event) {
  const menu = document.querySelector("[data-hearts-bar] details[open]");
  if (!menu) return;
  const chosen = event.target.closest("[data-choose]");
  if (chosen) {
    event.preventDefault();
    choose(chosen);
  }
  if (chosen || !menu.contains(event.target)) menu.open = false;
}

async function choose(button) {
  if (words.only) return form.requestSubmit(button);
  try {
    const answer = await post(button.formAction, {});
    if (!answer.ok) throw new Error(answer.status);
    form.elements.list.value = button.dataset.choose;
    await refresh({ all: true });
  } catch (error) {
    console.info("The list was not chosen:", error.message);
    failed(() => choose(button));
  }
  return undefined;
}

function paint(id, on) {
  const button = heartOf(id);
  if (!button) return;
  if (stream.classList.contains("stream--picked") && button.getAttribute("aria-pressed") !== String(on))
    recountSection(button, on ? 1 : -1);
  button.setAttribute("aria-pressed", on);
  button.toggleAttribute("data-waiting", waiting.has(id));
  button.title = waiting.has(id) ? words.waitingTitle : "";
  button.value = on ? "0" : "1";
  if (box?.id === id) box.button.setAttribute("aria-pressed", on);
}

/** Where only favourites are shown, the heading above a photo counts hearts. */
function recountSection(button, by) {
  let above = button.closest(".t");
  do above = above.previousElementSibling;
  while (above && !above.matches("h2.set"));
  // Behind the words may stand the button that downloads the section.
  const place = above?.querySelector("small")?.firstChild;
  if (!place) return;
  const number = Math.max(0, Number(place.data.replace(/\D/g, "")) + by);
  place.data = fill(number === 1 ? words.one : words.many, { count: number });
}

function tally(number, maximum) {
  Object.assign(words, { maximum: maximum ?? "", count: number });
  recount();
}

/** Write the counter: what the list holds, and what waits on this device. */
function recount() {
  const number = Number(words.count || 0) + waiting.size;
  const maximum = words.maximum;
  const text = fill(maximum === "" ? "{count}" : words.of, { count: number, maximum });
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
  if (deed) change(deed);
  if (event.target.closest("[data-instead]")) {
    sheet.close();
    set(locked, true, "open");
  }
}

/** Ask for a larger limit ("more"), or open the sent list again ("reopen"). */
async function change(deed) {
  try {
    const answer = await asPerson(() => post(`${words.favourites}lists/${form.elements.list.value}/${deed}/`, {}));
    if (!answer.ok) throw new Error(answer.status);
    if (deed === "more") say(words.asked, { close: words.close });
    else await refresh();
  } catch (error) {
    console.info("The list was not changed:", error.message);
    failed(() => change(deed));
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

function urlOf(id) {
  return new URL(heartOf(id).getAttribute("formaction"), location.href);
}

function idOf(button) {
  return button.closest(".t").id.slice(2);
}
