// What the guest and the others of the link said of photos: kept for the page, shown on the tiles.
import { get } from "../shared/http.js";

const deed = document.getElementById("panel-deed");
const words = deed.dataset;
const said = new Map();
// What was pressed and is not saved yet stands before what the server says meanwhile.
const held = new Map();
const nothing = Object.freeze({ comments: 0, label: "", verdict: "", stars: 0 });
const changed = new EventTarget();

/** What is known of a photo: {comments, label, verdict, stars}. */
export function of(id) {
  return { ...nothing, ...said.get(id), ...held.get(id) };
}

/** Note something new of a photo and show it. */
export function put(id, part) {
  said.set(id, { ...said.get(id), ...part });
  tell(id);
}

/** Show a field of a mark before it is saved. Gives a function that ends this, told whether it was saved. */
export function hold(id, name, value) {
  held.set(id, { ...held.get(id), [name]: value });
  tell(id);
  return (isSaved) => {
    if (isSaved) said.set(id, { ...said.get(id), [name]: value });
    const rest = { ...held.get(id) };
    // Pressed again since: then that one stands.
    if (rest[name] === value) delete rest[name];
    held.set(id, rest);
    tell(id);
  };
}

function tell(id) {
  paint(id);
  changed.dispatchEvent(new CustomEvent("put", { detail: id }));
}

/** Call `done` with the id of a photo whenever something of it has changed. */
export function watch(done) {
  changed.addEventListener("put", (event) => done(event.detail));
}

/** Ask the server for all photos of the gallery. It knows nothing of a guest who is nobody yet. */
export async function load() {
  try {
    const answer = await get(words.state);
    if (!answer.ok) return;
    for (const [id, part] of Object.entries((await answer.json()).photos)) put(id, part);
  } catch (error) {
    console.info("The badges stay away:", error.message);
  }
}

/** Elements that show a mark; empty when there is none. */
export function signs({ label, verdict, stars }) {
  const found = [];
  if (label) found.push(sign(`swatch swatch--${label}`, words[label]));
  if (verdict)
    found.push(sign(`sign sign--${verdict}`, words[verdict], { approved: "✓", maybe: "?", rejected: "✕" }[verdict]));
  if (stars) found.push(sign("sign", `${stars} ${words.star}`, `${stars}★`));
  return found;
}

function sign(className, label, text = "") {
  const element = Object.assign(document.createElement("i"), { className, textContent: text });
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", label);
  return element;
}

function paint(id) {
  const tile = document.getElementById(`p-${id}`);
  if (!tile) return;
  tile.querySelector(":scope > .said")?.remove();
  const state = of(id);
  const found = signs(state);
  if (state.comments) {
    const count = sign("sign sign--talk", `${state.comments} ${words.comments}`);
    count.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${words.icons}#comment"/></svg>`;
    count.append(String(state.comments));
    found.push(count);
  }
  if (!found.length) return;
  const badge = Object.assign(document.createElement("span"), { className: "said" });
  badge.append(...found);
  tile.append(badge);
}

document.body.addEventListener("htmx:afterSettle", () => {
  for (const id of new Set([...said.keys(), ...held.keys()])) paint(id);
});
document.addEventListener("visitor:known", load);
