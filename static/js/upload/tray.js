// The tray: a bar and a sentence on top, below it only the files that are moving or need somebody.
import { many, percent, size } from "../shared/words.js";

const ROWS = 60;
const PACE = 200;

/** Draw `queue` into `place` until the photographer closes it; `finish` is called then. */
export function tray(place, queue, icons, finish) {
  const icon = (name) => `<svg class="icon" aria-hidden="true"><use href="${icons}#${name}"/></svg>`;
  place.innerHTML = `<section class="tray" id="tray" aria-label="Uploads">
    <header class="tray__head"><h2></h2><button type="button" class="btn btn--quiet btn--icon" data-do="small" aria-label="Make the tray small">${icon("minus")}</button><button type="button" class="btn btn--quiet btn--icon" data-do="close" aria-label="Close" hidden>${icon("close")}</button></header>
    <div class="tray__sum"><progress max="1000" value="0" aria-label="Sent"></progress><p></p><div class="tray__end" role="status"></div></div>
    <ul class="tray__list"></ul>
    <footer class="tray__foot"></footer></section>`;
  const root = place.firstElementChild;
  const at = (selector) => root.querySelector(selector);
  const rows = new Map();
  let timer = 0;
  let closed = false;

  const draw = () => {
    timer = 0;
    if (closed) return;
    const { counts, bytes } = queue;
    const all = queue.items.length - counts.skipped - counts.cancelled - counts.joined + already(queue);
    const kept =
      counts.processing +
      counts.ready +
      already(queue) +
      queue.items.filter((item) => item.state === "failed" && item.photo).length;
    at("h2").textContent = title(queue);
    at("progress").value = bytes.total ? Math.min(1000, Math.round((bytes.done / bytes.total) * 1000)) : 1000;
    at(".tray__sum p").textContent = queue.busy ? moving(queue, kept, all) : "";
    at(".tray__end").innerHTML = queue.busy ? "" : receipt(queue, icon);
    at("[data-do=close]").hidden = !queue.over;
    at("progress").hidden = queue.over;
    list(at(".tray__list"), queue, rows, icon);
    foot(at(".tray__foot"), queue);
    root.dataset.state = queue.over ? "over" : queue.busy ? "sending" : "processing";
  };
  queue.addEventListener("change", () => {
    timer ||= setTimeout(draw, PACE);
  });
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const item = rows.get(button.closest("li"));
    const deeds = {
      small: () => root.classList.toggle("is-small"),
      pause: () => queue.pause(!queue.paused),
      retry: () => queue.retry(item ? [item] : undefined),
      cancel: () => queue.cancel(item),
      rest: () => queue.cancelRest(),
      close: () => {
        closed = true;
        root.remove();
        finish();
      },
      show: () => finish(true),
    };
    deeds[button.dataset.do]();
    draw();
  });
  draw();
}

function title(queue) {
  const { counts } = queue;
  if (queue.paused && queue.busy) return "Upload paused";
  if (queue.busy && (queue.away || !navigator.onLine)) return "Waiting for the connection";
  if (queue.busy) return "Uploading";
  if (counts.processing) return `All sent, ${many(counts.processing, "photo")} being prepared`;
  if (counts.failed) return `${many(counts.failed, "file")} not added`;
  if (counts.cancelled) return "Upload stopped";
  return "Everything is here";
}

function moving(queue, kept, all) {
  const { bytes, speed } = queue;
  const parts = [`${kept.toLocaleString()} of ${all.toLocaleString()}`, `${size(bytes.done)} of ${size(bytes.total)}`];
  if (speed > 0 && !queue.paused) parts.push(`${size(speed)}/s`, left((bytes.total - bytes.done) / speed));
  return parts.join(" · ");
}

function left(seconds) {
  if (seconds < 60) return "less than a minute";
  if (seconds < 3600) return `about ${Math.round(seconds / 60)} min`;
  return `about ${Math.round(seconds / 360) / 10} h`;
}

/** What became of every file. Success is said only when nothing failed. */
function receipt(queue, icon) {
  const { counts } = queue;
  const same = already(queue);
  const lost = counts.failed;
  const lines = [];
  const add = (number, name, kind, words) =>
    number && lines.push(`<li class="${kind}">${icon(name)}<span>${words}</span></li>`);
  add(counts.ready, "check", "is-good", `${many(counts.ready, "photo")} stored and ready`);
  add(counts.processing, "retry", "", `${many(counts.processing, "photo")} stored, being prepared`);
  add(counts.joined, "check", "is-good", `${many(counts.joined, "sidecar")} kept with ${counts.joined === 1 ? "its photo" : "their photos"}`);
  add(same, "copy", "", `${many(same, "photo")} already in this gallery`);
  add(counts.skipped - same, "info", "", `${many(counts.skipped - same, "file")} skipped`);
  add(counts.cancelled, "close", "", `${many(counts.cancelled, "file")} cancelled`);
  add(lost, "warning", "is-bad", `${many(lost, "file")} failed, the reason is below`);
  const more = queue.receiptUrl ? `<p><a href="${queue.receiptUrl}">Receipt with checksums</a></p>` : "";
  return `<ul class="tally">${lines.join("")}</ul>${more}`;
}

function already(queue) {
  let number = 0;
  for (const item of queue.items) if (item.state === "skipped" && item.photo) number += 1;
  return number;
}

/** Rows only for what moves, what failed, and (at the end) what was skipped. */
function list(place, queue, rows, icon) {
  const wanted = queue.items.filter((item) => item.state === "sending" || (item.state === "waiting" && item.reason));
  wanted.push(...queue.items.filter((item) => item.state === "processing").slice(0, 4));
  wanted.push(...queue.items.filter((item) => item.state === "failed").slice(0, ROWS));
  if (queue.over) wanted.push(...queue.items.filter((item) => item.state === "skipped").slice(0, ROWS));
  const shown = new Set(wanted);
  const known = new Map();
  for (const [row, item] of rows) {
    if (shown.has(item)) known.set(item, row);
    else {
      row.remove();
      rows.delete(row);
    }
  }
  wanted.forEach((item, index) => {
    let row = known.get(item);
    if (!row) {
      row = document.createElement("li");
      row.className = "up";
      row.innerHTML = `<span class="up__name cut"></span><span class="up__act"></span><span class="up__state"></span>`;
      row.firstChild.textContent = item.name;
      rows.set(row, item);
    }
    fill(row, item, icon);
    if (place.children[index] !== row) place.insertBefore(row, place.children[index] ?? null);
  });
}

function fill(row, item, icon) {
  const share = item.size ? Math.round((item.sent / item.size) * 100) : 0;
  const words = {
    waiting: item.reason || "Waiting",
    sending: share === 100 ? "Sent, being checked and stored" : `Sending, ${percent(share / 100)} of ${size(item.size)}`,
    processing: "Processing: making the previews",
    skipped: `Skipped: ${item.reason}`,
    failed: `Failed: ${item.reason}`,
    cancelled: "Cancelled",
  }[item.state];
  const state = row.querySelector(".up__state");
  if (state.textContent !== words) state.textContent = words;
  if (row.dataset.state === item.state) {
    if (item.state === "sending") row.querySelector("progress").value = share;
    return;
  }
  row.dataset.state = item.state;
  row.querySelector("progress")?.remove();
  if (item.state === "sending")
    row.insertAdjacentHTML("beforeend", `<progress max="100" value="${share}" aria-hidden="true"></progress>`);
  const act = row.querySelector(".up__act");
  if (item.state === "sending" || item.state === "waiting")
    act.innerHTML = `<button type="button" class="btn btn--quiet btn--icon" data-do="cancel" aria-label="Cancel this file">${icon("close")}</button>`;
  else if (item.state === "failed" && item.file)
    act.innerHTML = `<button type="button" class="btn btn--quiet btn--icon" data-do="retry" aria-label="Retry this file">${icon("retry")}</button>`;
  else act.innerHTML = "";
}

function foot(place, queue) {
  const again = queue.items.filter((item) => item.state === "failed" && item.file).length;
  const buttons = [];
  if (queue.busy) buttons.push(["pause", queue.paused ? "Go on" : "Pause"]);
  if (again) buttons.push(["retry", `Retry failed (${again})`]);
  if (queue.busy) buttons.push(["rest", "Cancel rest"]);
  if (queue.over && queue.counts.ready) buttons.push(["show", "Show new photos"]);
  const key = JSON.stringify(buttons);
  if (place.dataset.key === key) return;
  place.dataset.key = key;
  place.innerHTML = buttons
    .map(([deed, words]) => `<button type="button" class="btn" data-do="${deed}">${words}</button>`)
    .join("");
}
