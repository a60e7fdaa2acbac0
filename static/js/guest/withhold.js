// The client's own gallery: hide a photo from the guests, in the lightbox and by H. Hidden ones wear a badge.
import { get, post } from "../shared/http.js";

const stream = document.getElementById("stream");
const data = document.getElementById("withhold").dataset;
const hidden = new Set();
let box = null;

get(data.state)
  .then((answer) => (answer.ok ? answer.json() : { photos: [] }))
  .then(({ photos }) => {
    for (const id of photos) mark(id, true);
  })
  .catch((error) => console.info("What is hidden is not known:", error.message));

document.addEventListener("lightbox:open", ({ detail }) => {
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "pswp__button pswp__button--withhold",
  });
  button.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${stream.dataset.icons}#eye"/></svg>`;
  button.addEventListener("click", () => toggle(box.id));
  const line = Object.assign(document.createElement("p"), { className: "pswp__said" });
  line.setAttribute("role", "status");
  const bar = detail.root.querySelector(".pswp__top-bar");
  bar.insertBefore(button, bar.querySelector(".pswp__button--zoomer, .pswp__button--leave"));
  detail.root.append(line);
  box = { id: detail.id, button, line };
  show();
});
document.addEventListener("lightbox:change", ({ detail }) => {
  if (!box) return;
  box.id = detail.id;
  show();
});
document.addEventListener("lightbox:close", () => {
  box = null;
});
document.addEventListener("lightbox:key", (event) => {
  if (event.detail.key.toLowerCase() !== "h") return;
  event.preventDefault();
  toggle(event.detail.id);
});
// Tiles of the next pages come without their badge.
document.body.addEventListener("htmx:afterSettle", () => hidden.forEach(badge));

async function toggle(id) {
  const on = !hidden.has(id);
  mark(id, on);
  show();
  try {
    const answer = await post(`${data.gallery}photos/${id}/withhold/`, { on: on ? "1" : "0" });
    if (!answer.ok) throw new Error(`Status ${answer.status}`);
    mark(id, (await answer.json()).withheld);
    if (!on) say(data.shown);
  } catch (error) {
    console.info("Nothing was hidden:", error.message);
    mark(id, !on);
    show();
    say(data.failed);
  }
}

function mark(id, on) {
  if (on) hidden.add(id);
  else hidden.delete(id);
  badge(id);
}

function badge(id) {
  const tile = document.getElementById(`p-${id}`);
  const known = tile?.querySelector(".kept");
  if (hidden.has(id) && tile && !known) {
    const said = Object.assign(document.createElement("span"), { className: "kept" });
    said.append(Object.assign(document.createElement("b"), { textContent: data.hidden }));
    tile.append(said);
  }
  if (!hidden.has(id)) known?.remove();
}

function show() {
  if (!box) return;
  const on = hidden.has(box.id);
  const words = on ? data.show : data.hide;
  box.button.setAttribute("aria-pressed", on);
  box.button.title = words;
  box.button.setAttribute("aria-label", words);
  say(on ? data.hidden : "");
}

function say(text) {
  if (box) box.line.textContent = text;
}
