// Keys of the pages of people. Without this file everything works by its buttons.
import { get } from "../shared/http.js";

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

// Questions: Y, N, S answer; Z takes the last answer back, by the button that the message about it holds.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) {
    return;
  }
  const form = document.querySelector("[data-doubt]");
  const key = event.key.toLowerCase();
  if (form !== null) {
    form.querySelector(`[data-key="${CSS.escape(key)}"]`)?.click();
  }
  if (key === "z") {
    document.querySelector('form[action$="/undo/"] button')?.click();
  }
});

// The wall: Enter in a name saves it, and the next group without a name is asked for on the page that follows.
const NEXT = "people:next";
for (const form of document.querySelectorAll("[data-person-name]")) {
  form.addEventListener("submit", () => sessionStorage.setItem(NEXT, "1"));
}
if (sessionStorage.getItem(NEXT) !== null) {
  sessionStorage.removeItem(NEXT);
  const empty = [...document.querySelectorAll("[data-person-name] input[name=name]")].find((input) => input.value === "");
  empty?.focus();
}

// The wall: the whole photo around a face, while the pointer rests on the face or the keys are at it.
const REST = 300;
const GAP = 12;
const around = document.createElement("div");
around.className = "around";
around.popover = "manual";
around.ariaHidden = "true";
let resting = 0;
let shown = null;

function hide() {
  clearTimeout(resting);
  shown = null;
  if (around.matches(":popover-open")) around.hidePopover();
}

/** Beside the face, where there is more room, and all of it on the screen. */
function place(face) {
  const { left, right, top } = face.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = around;
  const x = right + GAP + width <= innerWidth ? right + GAP : left - GAP - width;
  around.style.left = `${Math.max(GAP, Math.min(x, innerWidth - width - GAP))}px`;
  around.style.top = `${Math.max(GAP, Math.min(top, innerHeight - height - GAP))}px`;
}

async function show(face) {
  shown = face;
  const answer = await get(face.src.replace(/crop\/$/, "context/"), "part").catch(() => null);
  if (!answer?.ok) return;
  const part = await answer.text();
  if (shown !== face) return;
  around.innerHTML = part;
  await around.querySelector(".outlined img")?.decode().catch(() => {});
  if (shown !== face) return;
  around.showPopover();
  place(face);
}

const wall = document.querySelector(".people");
if (wall !== null && "popover" in around) {
  document.body.append(around);
  const rest = (face) => {
    hide();
    if (face !== null) resting = setTimeout(show, REST, face);
  };
  const faceAt = (target) => target.closest(".person__face:not(.person__face--small)");
  wall.addEventListener("pointerover", (event) => event.pointerType === "mouse" && rest(faceAt(event.target)));
  wall.addEventListener("pointerleave", hide);
  wall.addEventListener("focusin", (event) => {
    if (event.target.matches(".person__faces:focus-visible")) rest(event.target.querySelector(".person__face"));
  });
  wall.addEventListener("focusout", hide);
  addEventListener("scroll", hide, { passive: true });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
}

// A list that is taken along on paper.
document.querySelector("[data-print]")?.addEventListener("click", () => print());
