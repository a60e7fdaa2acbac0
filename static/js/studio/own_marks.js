// The studio's own stars, labels and flags: a menu for the selection, keys for the selection and the lightbox.
// 1-5 stars, 6-9 red, yellow, green, blue, P pick, X reject, U no flag, 0 no stars and no label. The same key again clears.
// T puts the frame that is looked at on top of its stack.
import { get, post } from "../shared/http.js";
import { toast, told } from "./shell.js";

const KEYS = {
  ...Object.fromEntries(["1", "2", "3", "4", "5"].map((key) => [key, { rating: key }])),
  6: { label: "red" },
  7: { label: "yellow" },
  8: { label: "green" },
  9: { label: "blue" },
  p: { flag: "pick" },
  x: { flag: "reject" },
  u: { flag: "" },
  0: { rating: "0", label: "" },
};
const BATCH = 100;
const stream = () => document.getElementById("stream");
const menu = document.querySelector("[data-own-marks]");
let root = null;
let open = "";
// Another frame lies on top of its stack than the grid behind the lightbox shows.
let isStale = false;

const chosen = () => [...stream().querySelectorAll(".pick:checked")].map((box) => box.value);
const own = (id) => document.querySelector(`#p-${CSS.escape(id)} > .own`);
const has = (id, name) => own(id)?.dataset[name] || (name === "rating" ? "0" : "");

/** Set marks of photos; what all of them have already is cleared. */
async function mark(ids, values) {
  if (!ids.length) return;
  const wanted = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      ids.every((id) => has(id, name) === value) ? (name === "rating" ? "0" : "") : value,
    ]),
  );
  const fields = [...ids.map((id) => ["photo", id]), ...Object.entries(wanted)];
  const answer = await post(menu.dataset.ownMarks, fields, "part").catch(() => null);
  if (!answer?.ok) {
    toast({
      text: answer ? "That did not work. Try again in a moment." : "No connection. Nothing was changed; try again.",
      level: "error",
    });
    return;
  }
  // One by one with the keys would be a message for each.
  if (ids.length > 1) told(answer);
  for (let at = 0; at < ids.length; at += BATCH) await refresh(ids.slice(at, at + BATCH));
}

/** Let one frame lie on top of its stack, in one step while the frames are looked through. */
async function putOnTop(id) {
  const answer = await post(menu.dataset.stackTop, [["photo", id]], "part").catch(() => null);
  if (answer?.ok) {
    told(answer);
    isStale = true;
  } else toast({ text: "That did not work. Try again in a moment.", level: "error" });
}

const isInStack = (id) => Boolean(menu?.dataset.stackTop && document.getElementById(`p-${id}`)?.dataset.inStack);

/** Fetch the tiles anew and take their marks; the tiles themselves stay, an open lightbox holds on to them. */
async function refresh(ids) {
  const answer = await get(`${stream().dataset.tilesUrl}?ids=${ids.join(",")}`, "part").catch(() => null);
  if (!answer?.ok) return;
  const part = document.createElement("template");
  part.innerHTML = await answer.text();
  for (const fresh of part.content.querySelectorAll(".t")) {
    own(fresh.id.slice(2))?.remove();
    const marks = fresh.querySelector(":scope > .own");
    if (marks) document.getElementById(fresh.id)?.append(marks);
  }
  show();
}

const MARKS = [
  ["flag", "pick", "P", "Pick (P)"],
  ["flag", "reject", "X", "Reject (X)"],
  ...[1, 2, 3, 4, 5].map((stars) => ["rating", String(stars), "★", `${stars} star${stars === 1 ? "" : "s"} (${stars})`]),
  ...["red", "yellow", "green", "blue"].map((label, at) => ["label", label, "", `${label} label (${at + 6})`]),
];

/** The marks as buttons; a second click clears. */
function bar() {
  const made = Object.assign(document.createElement("div"), { className: "own-bar" });
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", "Your marks");
  for (const [name, value, text, title] of MARKS) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text, title });
    button.setAttribute("aria-label", title);
    Object.assign(button.dataset, { own: name, value });
    if (name === "label")
      button.append(
        Object.assign(document.createElement("b"), {
          className: `lab lab--${value}`,
          textContent: value[0].toUpperCase(),
        }),
      );
    made.append(button);
  }
  const top = { type: "button", textContent: "Top", title: "Put on top of the stack (T)" };
  made.append(Object.assign(document.createElement("button"), top));
  made.lastChild.dataset.top = "";
  // The lightbox takes what is pressed on its ground for a drag or a tap on the photo.
  for (const kind of ["pointerdown", "pointerup", "click"])
    made.addEventListener(kind, (event) => event.stopPropagation());
  made.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button && "top" in button.dataset) putOnTop(open);
    else if (button) mark([open], { [button.dataset.own]: button.dataset.value });
  });
  return made;
}

/** In the lightbox: what the photo has, and buttons for whoever may change it. */
function show() {
  if (!root || !menu) return;
  const shown = root.querySelector(":scope > .own-bar") ?? root.appendChild(bar());
  shown.querySelector("[data-top]").hidden = !isInStack(open);
  for (const button of shown.querySelectorAll("[data-own]")) {
    const { own: name, value } = button.dataset;
    button.setAttribute("aria-pressed", String(has(open, name) === value));
    button.classList.toggle("is-on", name === "rating" && Number(value) <= Number(has(open, name)));
  }
}

if (menu) {
  menu.addEventListener("click", (event) => {
    const button = event.target.closest("[data-own]");
    if (button) mark(chosen(), { [button.dataset.own]: button.dataset.value });
  });
  document.addEventListener("lightbox:key", (event) => {
    if (event.detail.key.toLowerCase() === "t" && isInStack(event.detail.id) && !event.defaultPrevented) {
      event.preventDefault();
      putOnTop(event.detail.id);
      return;
    }
    const values = KEYS[event.detail.key.toLowerCase()];
    if (!values || event.defaultPrevented) return;
    event.preventDefault();
    mark([event.detail.id], values);
  });
  document.addEventListener("lightbox:help", (event) => {
    const zero = event.detail.rows.findIndex(([key]) => key === "0");
    if (zero >= 0) event.detail.rows.splice(zero, 1);
    event.detail.rows.push(
      ["1", "5", "your stars"],
      ["6", "9", "red, yellow, green, blue"],
      ["P", "X", "pick, reject"],
      ["U", "0", "no flag; no stars, no label"],
    );
    if (isInStack(open)) event.detail.rows.push(["T", "", "put on top of the stack"]);
  });
  document.addEventListener("keydown", (event) => {
    const values = KEYS[event.key.toLowerCase()];
    if (!values || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (
      event.target.closest("input:not(.pick), textarea, select, [contenteditable], dialog, .pswp") ||
      document.querySelector(".pswp, dialog[open]")
    )
      return;
    const ids = chosen();
    if (!ids.length) return;
    event.preventDefault();
    mark(ids, values);
  });
}
for (const kind of ["lightbox:open", "lightbox:change"])
  document.addEventListener(kind, (event) => {
    root = event.detail.root;
    open = event.detail.id;
    show();
  });
document.addEventListener("lightbox:close", () => {
  root = null;
  if (isStale) document.dispatchEvent(new CustomEvent("glassine:moved"));
  isStale = false;
});
document.querySelector("[data-mark-filter]")?.addEventListener("change", (event) => event.target.form.requestSubmit());
