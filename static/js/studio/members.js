// The galleries of a member: a box that leaves only those with the typed words in their title.
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function unhide(root) {
  for (const box of root.querySelectorAll("[data-filter][hidden]")) box.hidden = false;
}

document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-filter]");
  if (!box) return;
  const words = plain(box.value).split(/\s+/);
  for (const row of document.querySelector(box.dataset.filter).children)
    row.hidden = !words.every((word) => plain(row.textContent).includes(word));
});
// Return would send the form that the box stands in.
document.addEventListener(
  "keydown",
  (event) => event.key === "Enter" && event.target.closest("[data-filter]") && event.preventDefault(),
);
document.body.addEventListener("htmx:afterSwap", () => unhide(document));
unhide(document);
