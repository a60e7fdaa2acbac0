// Keys of the suggestions page: J and K move, X selects, A accepts, R rejects. Without this file it works by its boxes.

const form = document.querySelector("[data-suggestions]");
const boxes = form ? [...form.querySelectorAll("[name=suggestion]")] : [];

const isTyping = (target) =>
  target.closest("textarea, select, [contenteditable], input:not([type=checkbox])") !== null;

const move = (by) => {
  const at = boxes.indexOf(document.activeElement);
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), boxes.length - 1);
  boxes[next]?.focus();
  boxes[next]?.scrollIntoView({ block: "nearest" });
};

const acts = {
  j: () => move(1),
  k: () => move(-1),
  x: () => {
    if (boxes.includes(document.activeElement)) {
      document.activeElement.click();
    }
  },
  a: () => form.querySelector("[data-key=a]").click(),
  r: () => form.querySelector("[data-key=r]").click(),
};

if (form) {
  const all = form.querySelector("[data-all]");
  all.hidden = false;
  form.querySelector(".suggestions__keys").hidden = false;
  all.addEventListener("click", () => {
    const checked = boxes.some((box) => !box.checked);
    for (const box of boxes) {
      box.checked = checked;
    }
  });
  document.addEventListener("keydown", (event) => {
    const act = acts[event.key.toLowerCase()];
    if (!act || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
      return;
    }
    if (!document.querySelector("dialog[open]")) {
      event.preventDefault();
      act();
    }
  });
}
