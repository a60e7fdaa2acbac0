// The search box on every page: Ctrl or Cmd and K opens it, arrows walk through what was found, Enter goes there.
const palette = document.getElementById("palette");
const input = palette?.querySelector("input[type=search]");

document.addEventListener("keydown", (event) => {
  if (!palette || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
  if (event.key.toLowerCase() !== "k") return;
  event.preventDefault();
  open();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-palette]");
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  open();
});

function open() {
  if (!palette.open) palette.showModal();
  input.focus();
  input.select();
  // With nothing typed it offers the commands.
  if (!palette.querySelector(".found__hit")) window.htmx.trigger(input.form, "search:open");
}

palette?.addEventListener("keydown", (event) => {
  const hits = [...palette.querySelectorAll(".found a")];
  const at = hits.indexOf(document.activeElement);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    (hits[next] ?? (next < 0 ? input : hits[0]))?.focus();
  } else if (event.key === "Enter" && document.activeElement === input && hits.length) {
    event.preventDefault();
    // What is shown must belong to what was typed: an answer on its way is waited for.
    if (input.form.classList.contains("htmx-request")) input.form.addEventListener("htmx:afterSettle", follow, { once: true });
    else follow();
  } else if (event.key.length === 1 && at >= 0 && !event.ctrlKey && !event.metaKey && event.key !== " ") input.focus();
});

function follow() {
  palette.querySelector(".found a")?.click();
}
