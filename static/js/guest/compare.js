// Photos side by side: zoom and pan are locked together. Marks and hearts are saved without a new page.
import { post } from "../shared/http.js";
import { percent } from "../shared/words.js";
import { asPerson } from "./identify.js";
import { paintMark, readMark } from "./marks.js";

const MOST = 8;
const CLOSE = 3;
const TAP = 300;
const page = document.querySelector(".compare");
const stages = [...document.querySelectorAll(".pane__stage")];
const told = page.querySelector("[data-said]");
const output = page.querySelector("output");
const fingers = new Map();
// x, y: how far the photos are moved, in parts of a stage.
const view = { scale: 1, x: 0, y: 0 };
let last = { at: 0, x: 0, y: 0 };
let moved = false;

for (const stage of stages) {
  stage.addEventListener("wheel", wheeled, { passive: false });
  stage.addEventListener("pointerdown", pressed);
  stage.addEventListener("pointermove", dragged);
  for (const kind of ["pointerup", "pointercancel"]) stage.addEventListener(kind, released);
  // A click zooms; Enter opens the photo, as the link says.
  stage.addEventListener("click", (event) => event.detail && event.preventDefault());
}
addEventListener("resize", () => zoom(1));
document.addEventListener("keydown", keyed);
page.addEventListener("submit", submitted);
page.querySelector("[data-compare-back]").addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});
const buttons = page.querySelector(".compare__zoom");
if (buttons) buttons.hidden = false;
buttons?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom]");
  if (button) zoom(button.dataset.zoom === "1" ? 1.5 : 1 / 1.5);
});

/** Scale by a factor; the point (in parts of a stage from its middle) stays where it is. */
function zoom(factor, point = { x: 0, y: 0 }) {
  const scale = Math.min(MOST, Math.max(1, view.scale * factor));
  const real = scale / view.scale;
  view.x = point.x - (point.x - view.x) * real;
  view.y = point.y - (point.y - view.y) * real;
  view.scale = scale;
  show();
}

function show() {
  const room = (view.scale - 1) / 2;
  const within = (value) => Math.min(room, Math.max(-room, value));
  Object.assign(view, { x: within(view.x), y: within(view.y) });
  for (const stage of stages) {
    const { clientWidth, clientHeight, firstElementChild } = stage;
    firstElementChild.style.transform = `translate(${view.x * clientWidth}px, ${view.y * clientHeight}px) scale(${view.scale})`;
    stage.classList.toggle("is-near", view.scale > 1);
  }
  if (output) output.textContent = percent(view.scale);
}

function pointIn(stage, { clientX, clientY }) {
  const box = stage.getBoundingClientRect();
  return { x: (clientX - box.left) / box.width - 0.5, y: (clientY - box.top) / box.height - 0.5 };
}

function wheeled(event) {
  event.preventDefault();
  const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
  zoom(Math.exp(-event.deltaY * lines * 0.002), pointIn(event.currentTarget, event));
}

function pressed(event) {
  if (event.button) return;
  event.currentTarget.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  if (fingers.size === 1) moved = false;
}

function dragged(event) {
  const before = fingers.get(event.pointerId);
  if (!before) return;
  const stage = event.currentTarget;
  const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, finger]) => finger);
  const now = { x: event.clientX, y: event.clientY };
  if (Math.hypot(now.x - before.x, now.y - before.y) > 4) moved = true;
  if (others.length) {
    const [other] = others;
    const span = (finger) => Math.hypot(finger.x - other.x, finger.y - other.y) || 1;
    moved = true;
    zoom(span(now) / span(before), pointIn(stage, { clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 }));
  } else if (view.scale > 1 && moved) {
    view.x += (now.x - before.x) / stage.clientWidth;
    view.y += (now.y - before.y) / stage.clientHeight;
    show();
  } else if (!moved) {
    return;
  }
  fingers.set(event.pointerId, now);
}

/** Two quick taps at one place zoom in there, or out again. */
function released(event) {
  if (!fingers.delete(event.pointerId) || event.type === "pointercancel" || moved || fingers.size) return;
  const near = Math.hypot(event.clientX - last.x, event.clientY - last.y) < 30;
  if (near && event.timeStamp - last.at < TAP) {
    zoom(view.scale > 1 ? 1 / view.scale : CLOSE, pointIn(event.currentTarget, event));
    last = { at: 0, x: 0, y: 0 };
  } else {
    last = { at: event.timeStamp, x: event.clientX, y: event.clientY };
  }
}

function keyed(event) {
  if (event.target.closest?.("input, textarea, select, dialog") || event.ctrlKey || event.metaKey || event.altKey)
    return;
  const pan = (x, y) => {
    if (view.scale === 1) return false;
    Object.assign(view, { x: view.x + x, y: view.y + y });
    return show();
  };
  const deeds = {
    "+": () => zoom(1.5),
    "=": () => zoom(1.5),
    "-": () => zoom(1 / 1.5),
    _: () => zoom(1 / 1.5),
    0: () => zoom(1 / view.scale),
    ArrowLeft: () => pan(0.1, 0),
    ArrowRight: () => pan(-0.1, 0),
    ArrowUp: () => pan(0, 0.1),
    ArrowDown: () => pan(0, -0.1),
    Escape: () => (view.scale > 1 ? zoom(1 / view.scale) : leave()),
  };
  const deed = deeds[event.key];
  if (deed && deed() !== false) event.preventDefault();
}

/** Back to where the guest came from; whoever came by a link goes to the gallery. */
function leave() {
  const isFromHere = document.referrer && new URL(document.referrer).origin === location.origin && history.length > 1;
  if (isFromHere) history.back();
  else location.href = page.dataset.back;
}

async function submitted(event) {
  event.preventDefault();
  const { target: form, submitter } = event;
  const fields = new FormData(form, submitter);
  const isMark = "marks" in form.dataset;
  const isSwap = "swap" in form.dataset;
  const before = readMark(form);
  if (isMark)
    paintMark(form, {
      ...before,
      [submitter.name]: submitter.name === "stars" ? Number(submitter.value) : submitter.value,
    });
  told.textContent = "";
  const send = () => post(form.getAttribute("action"), fields);
  try {
    const answer = await asPerson(send);
    const state = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
    if (!answer.ok) throw new Error(state.message ?? (state.code === "who" ? "" : page.dataset.failed));
    // Which photo may take the place of which is said anew.
    if (isSwap) location.reload();
    else if (isMark) paintMark(form, state);
    else paintHeart(form, submitter, state);
  } catch (error) {
    if (isMark) paintMark(form, before);
    told.textContent = error instanceof TypeError ? page.dataset.failed : error.message;
  }
}

function paintHeart(form, button, { on, list }) {
  button.setAttribute("aria-pressed", String(on));
  button.value = on ? "0" : "1";
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, on ? "#heart-on" : "#heart"));
  for (const field of page.querySelectorAll('input[name="list"]')) field.value = list ?? field.value;
}
