// A guest adds photos: a large button, a line for each file, and the guest's own list below.
import { get } from "../shared/http.js";
import { fill, percent } from "../shared/words.js";
import { fromDrop, fromInput, objection } from "../upload/files.js";
import { forget, interrupted, remember } from "../upload/interrupted.js";
import { Queue } from "../upload/queue.js";

const PACE = 200;
const form = document.getElementById("adds");
const words = form.dataset;
const list = document.getElementById("adds-list");
const sum = document.querySelector(".adds__sum");
const address = words.partsUrl;
const limits = {
  extensions: new Set(words.extensions.split(",")),
  videos: new Set(words.videos.split(",")),
  maxBytes: Number(words.maxBytes),
  maxVideoBytes: Number(words.maxVideoBytes),
};
const rows = new Map();
let queue = null;
let timer = 0;

if (interrupted(address)) {
  sum.hidden = false;
  sum.firstElementChild.hidden = true;
  sum.lastElementChild.textContent = words.goOn;
}
form.elements.files.addEventListener("change", chosen);
// Who was faster than this script has chosen already.
if (form.elements.files.files.length) chosen();
addEventListener("dragover", (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault());
addEventListener("drop", async (event) => {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  take(await fromDrop(event.dataTransfer));
});
list.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const item = button && [...rows].find(([, row]) => row === button.closest("li"))?.[0];
  if (!item) return;
  if (item.state === "failed") queue.retry([item]);
  else queue.cancel(item);
});

/** Words of the page by the beginning of their names: "word" gives those of data-word-…. */
function group(start) {
  const named = Object.entries(words).filter(([name]) => name.startsWith(start) && name !== start);
  return Object.fromEntries(named.map(([name, text]) => [name.slice(start.length).toLowerCase(), text]));
}

function chosen() {
  const found = fromInput(form.elements.files);
  form.reset();
  take(found);
}

async function take(found) {
  const good = [];
  const skipped = [];
  const done = queue ? null : interrupted(address)?.done;
  for (const { file } of found) {
    const reason = await objection(file, { ...limits, done }, group("not"));
    if (reason) skipped.push({ file, reason });
    else good.push({ file, section: "" });
  }
  if (!queue) {
    queue = new Queue("", { address }, group("word"));
    queue.addEventListener("change", () => {
      timer ||= setTimeout(draw, PACE);
    });
    queue.addEventListener("idle", own);
    forget(address);
    remember(queue, address);
  }
  queue.add(good, skipped);
}

function draw() {
  timer = 0;
  const { bytes, counts, items } = queue;
  const total = items.length - counts.cancelled;
  const text = queue.busy ? words.sum : counts.ready === total ? words.allHere : words.someLost;
  sum.hidden = false;
  sum.firstElementChild.hidden = !queue.busy;
  sum.firstElementChild.value = bytes.total ? Math.round((bytes.done / bytes.total) * 1000) : 1000;
  sum.lastElementChild.textContent = fill(text, { number: counts.ready, total });
  for (const item of items) line(item);
}

/** The line of a file; those that arrived stand in the guest's list below. */
function line(item) {
  let row = rows.get(item);
  if (item.state === "ready" || item.state === "cancelled") {
    row?.remove();
    rows.delete(item);
    return;
  }
  if (!row) {
    row = document.createElement("li");
    row.className = "add";
    row.innerHTML = `<span class="add__name cut"></span><button type="button" class="btn btn--quiet btn--icon" hidden><svg class="icon" aria-hidden="true"><use/></svg></button><span class="add__state hint"></span><progress max="100" value="0" hidden></progress>`;
    row.firstChild.textContent = item.name;
    rows.set(item, row);
    list.append(row);
  }
  const [, button, state, bar] = row.children;
  const share = item.size ? Math.round((item.sent / item.size) * 100) : 0;
  const said = {
    waiting: item.reason || words.waiting,
    sending: fill(words.sending, { share: percent(share / 100) }),
    skipped: item.reason,
    failed: item.reason,
  }[item.state];
  if (state.textContent !== said) state.textContent = said;
  row.dataset.state = item.state;
  bar.hidden = item.state !== "sending";
  bar.value = share;
  const again = item.state === "failed" && item.file;
  button.hidden = item.state === "skipped" || (item.state === "failed" && !item.file);
  button.setAttribute("aria-label", again ? words.retry : words.cancel);
  button.querySelector("use").setAttribute("href", `${words.icons}#${again ? "retry" : "close"}`);
}

/** The guest's list as it is now. */
async function own() {
  try {
    const answer = await get(location.pathname, "part");
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("own");
    if (page) document.getElementById("own").replaceWith(page);
  } catch (error) {
    console.info("The list is as it was:", error.message);
  }
}
