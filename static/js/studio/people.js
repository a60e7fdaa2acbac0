// Keys of the pages of people. Without this file everything works by its buttons.

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
