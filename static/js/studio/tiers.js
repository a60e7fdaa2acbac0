// Keys of the review page: A approves, S saves, N goes on. Without this file everything works by its buttons.

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) {
    return;
  }
  const form = document.querySelector("[data-review]");
  form?.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`)?.click();
});
