// The engine of uploads: four files at once, four attempts at each (after 1, 2 and 4 s), and every file ends with a word
// about it. An attempt that brought something, or that a server which is away let down, does not count.
import { csrfToken } from "../shared/http.js";
import { fill } from "../shared/words.js";
import { fingerprint } from "./interrupted.js";
import { PART, PartsRequest } from "./parts.js";

const AT_ONCE = 4;
const TRIES = 4;
const SHORTEST = 1000;
const LONGEST = 15000;
const STALL = 30000;
const WINDOW = 5000;
const AGAIN = new Set([0, 408, 425, 429, 500, 502, 503, 504]);
// The line may be cut, or what stands before the server may not reach it.
const CUT = new Set([0, 502, 504]);
const BUSY = 503;

/** States: waiting, sending, processing, ready, joined (a sidecar), skipped, failed, cancelled. Emits "change" and "idle". */
export class Queue extends EventTarget {
  items = [];
  counts = { waiting: 0, sending: 0, processing: 0, ready: 0, joined: 0, skipped: 0, failed: 0, cancelled: 0 };
  paused = false;
  /** True while the server does not answer: nothing is sent, and its first answer sets the queue going again. */
  away = false;
  bytes = { total: 0, done: 0 };
  #next = 0;
  #again = [];
  #byPhoto = new Map();
  #marks = [];
  #lock = null;
  #asked = null;

  /**
   * address: where a file is PUT, or "" where all are sent in parts.  parts: {address, album}, where large ones are sent
   * in parts, and into what; without an album the address says so.  words: what is said of files (see QUEUE_WORDS in words.js).
   * receipt: of an upload that goes on after an interruption.
   */
  constructor(address, parts, words, receipt = newId()) {
    super();
    this.address = address;
    this.parts = parts;
    this.words = words;
    // Names what is sent in one go, for its receipt.
    this.receipt = receipt;
    addEventListener("online", () => this.pump());
    addEventListener("beforeunload", (event) => this.busy && event.preventDefault());
  }

  get busy() {
    return this.counts.waiting + this.counts.sending > 0;
  }

  get over() {
    return !this.busy && !this.counts.processing;
  }

  /** Add files that were looked at: [{file, section}]; `skipped`: [{file, reason}]. */
  add(files, skipped = []) {
    // Nanoseconds since 1970, as the server counts arrivals: by hand, photos lie in the order they were dropped.
    const first = BigInt(Date.now()) * 1_000_000n;
    for (const [index, { file, section, replace = "" }] of files.entries()) {
      this.items.push({
        file,
        name: file.name,
        size: file.size,
        print: fingerprint(file),
        section,
        replace,
        number: first + BigInt(index),
        state: "waiting",
        sent: 0,
        reached: 0,
        inParts: file.size > PART || !this.address,
        tries: 0,
        reason: "",
        photo: "",
      });
      this.counts.waiting += 1;
      this.bytes.total += file.size;
    }
    for (const { file, reason } of skipped) {
      this.items.push({
        file: null,
        name: file.name,
        size: file.size,
        section: "",
        state: "skipped",
        sent: 0,
        tries: 0,
        reason,
        photo: "",
      });
      this.counts.skipped += 1;
    }
    this.pump();
    this.#changed();
  }

  pump() {
    while (!this.paused && !this.away && !this.#asked && navigator.onLine && this.counts.sending < AT_ONCE) {
      const item = this.#take();
      if (!item) break;
      this.#send(item);
    }
    this.#awake();
  }

  pause(on) {
    this.paused = on;
    if (!on) this.pump();
    this.#changed();
  }

  cancel(item) {
    if (!["waiting", "sending"].includes(item.state)) return;
    this.#state(item, "cancelled");
    this.bytes.total -= item.size - item.sent;
    if (item.xhr instanceof PartsRequest) item.xhr.cancel();
    else item.xhr?.abort();
    this.pump();
  }

  cancelRest() {
    for (const item of this.items) this.cancel(item);
  }

  /** Try failed files again; those without a file (failed after sending) are the server's to retry. */
  retry(items = this.items.filter((item) => item.state === "failed")) {
    for (const item of items) {
      if (item.photo || !item.file) continue;
      item.tries = 0;
      item.reason = "";
      this.bytes.total += item.size;
      this.#state(item, "waiting");
      this.#again.push(item);
    }
    this.pump();
  }

  /** News of a stored photo from the page: ready, or failed with the reason. */
  photo({ id, state, reason }) {
    for (const item of this.#byPhoto.get(id) ?? []) {
      if (item.state === "processing" || (item.photo && item.state === "failed")) {
        item.reason = reason;
        this.#state(item, state);
      }
    }
  }

  /** Bytes per second over the last five seconds. */
  get speed() {
    const now = performance.now();
    this.#marks = this.#marks.filter((mark) => now - mark.at < WINDOW);
    const sum = this.#marks.reduce((total, mark) => total + mark.bytes, 0);
    return this.#marks.length ? sum / Math.max((now - this.#marks[0].at) / 1000, 0.5) : 0;
  }

  #take() {
    const old = this.#again.shift();
    if (old) return old.state === "waiting" ? old : this.#take();
    while (this.#next < this.items.length) {
      const item = this.items[this.#next];
      this.#next += 1;
      if (item.state === "waiting" && !item.tries) return item;
    }
    return null;
  }

  #send(item) {
    let stall = 0;
    let xhr = null;
    const watch = () => {
      clearTimeout(stall);
      stall = setTimeout(() => xhr.abort(), STALL);
    };
    const progress = (sent, isOld) => {
      watch();
      const step = sent - item.sent;
      item.sent = sent;
      this.bytes.done += step;
      if (step > 0 && !isOld) this.#marks.push({ at: performance.now(), bytes: step });
      this.#changed();
    };
    const end = () => {
      clearTimeout(stall);
      item.xhr = null;
      if (item.state === "sending") this.#answer(item, xhr);
      else this.bytes.done -= item.sent;
      this.pump();
    };
    item.tries += 1;
    this.#state(item, "sending");
    xhr = item.xhr = item.inParts ? this.#inParts(item, progress, end) : this.#whole(item, progress, end);
    watch();
    xhr.send(item.file);
  }

  #inParts(item, progress, end) {
    const { address, album } = this.parts;
    const where = album && { album, section: item.section, replace: item.replace, receipt: this.receipt };
    const told = { filename: item.name, number: item.number, ...where };
    return new PartsRequest(address, item.file, told, { progress, end });
  }

  #whole(item, progress, end) {
    const xhr = new XMLHttpRequest();
    xhr.open(
      "PUT",
      `${this.address}?name=${encodeURIComponent(item.name)}&section=${encodeURIComponent(item.section)}&number=${item.number}&replace=${item.replace}&receipt=${this.receipt}`,
    );
    xhr.setRequestHeader("X-CSRFToken", csrfToken());
    xhr.setRequestHeader("Content-Type", "application/octet-stream");
    xhr.upload.addEventListener("progress", (event) => progress(event.loaded, false));
    xhr.addEventListener("loadend", end);
    return xhr;
  }

  #answer(item, xhr) {
    const body = parsed(xhr.responseText);
    if (xhr.status >= 200 && xhr.status < 300 && body?.status) {
      this.bytes.done += item.size - item.sent;
      item.sent = item.size;
      item.file = null;
      if (body.status === "sidecar") {
        this.#state(item, "joined");
        return;
      }
      item.photo = body.photo.id;
      if (body.status === "duplicate") {
        // Guests are not told which photo it is.
        const first = body.photo?.name;
        item.reason = first && first !== item.name ? fill(this.words.hereAs, { name: first }) : this.words.here;
        this.#state(item, "skipped");
        return;
      }
      if (!item.photo) {
        // A guest is not told which photo it became.
        this.#state(item, "ready");
        return;
      }
      this.#byPhoto.set(item.photo, [...(this.#byPhoto.get(item.photo) ?? []), item]);
      this.#state(item, "processing");
      document.dispatchEvent(new CustomEvent("glassine:watch", { detail: { id: item.photo } }));
      return;
    }
    this.bytes.done -= item.sent;
    item.sent = 0;
    this.#refused(item, xhr, body);
  }

  #refused(item, xhr, body) {
    const mayPass = AGAIN.has(xhr.status);
    if (xhr.reached > item.reached) {
      item.reached = xhr.reached;
      item.tries = 1;
    }
    // What was cut goes on in parts, which keep what arrived.
    item.inParts ||= xhr.status === 0;
    if (mayPass && !navigator.onLine) {
      item.tries -= 1;
      item.reason = this.words.offline;
      this.#later(item, 0);
    } else if (CUT.has(xhr.status)) {
      item.reason = this.words.cut;
      this.#state(item, "waiting");
      this.#ask().then((answers) => item.state === "waiting" && this.#cut(item, xhr, answers));
    } else if (xhr.status === BUSY || (mayPass && item.tries < TRIES)) {
      const wait = Number(xhr.getResponseHeader("Retry-After")) * 1000;
      if (xhr.status === BUSY) item.tries -= 1;
      item.reason = this.words.busy;
      this.#later(item, wait || this.#pause(xhr.status === BUSY ? TRIES : item.tries));
    } else {
      this.#fail(item, xhr, body);
    }
  }

  /** After a cut: a server that answers was there all the while, so the attempt counts. */
  #cut(item, xhr, answers) {
    if (answers && item.tries >= TRIES) {
      this.#fail(item, xhr, null);
    } else if (answers) {
      this.#later(item, this.#pause(item.tries));
    } else {
      item.tries -= 1;
      this.#later(item, 0);
      this.#stand();
    }
  }

  #fail(item, xhr, body) {
    this.bytes.total -= item.size;
    item.reason = body?.error?.message || this.words[xhr.status] || this.words.other;
    this.#state(item, "failed");
  }

  /** Whether the server answers. One question for all who ask at once, and nothing is sent until then. */
  #ask() {
    const question = { method: "OPTIONS", cache: "no-store", signal: AbortSignal.timeout(STALL) };
    this.#asked ??= fetch(this.parts.address, question)
      .then(
        (answer) => answer.status < 500,
        () => false,
      )
      .finally(() => {
        this.#asked = null;
        // Those who asked go first.
        setTimeout(() => this.pump());
      });
    return this.#asked;
  }

  /** Send nothing until the server answers again, however long that takes. */
  async #stand() {
    if (this.away) return;
    this.away = true;
    for (let times = 1; this.away; times += 1) {
      this.#changed();
      await new Promise((done) => setTimeout(done, this.#pause(times)));
      this.away = !(await this.#ask());
    }
    this.pump();
  }

  #pause(times) {
    return Math.min(SHORTEST * 2 ** (times - 1), LONGEST);
  }

  #later(item, wait) {
    this.#state(item, "waiting");
    setTimeout(() => {
      this.#again.push(item);
      this.pump();
    }, wait);
  }

  #state(item, state) {
    this.counts[item.state] -= 1;
    item.state = state;
    this.counts[state] += 1;
    this.#changed();
    if (this.over) this.dispatchEvent(new Event("idle"));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** Keep the screen on while bytes are on their way. */
  async #awake() {
    if (this.busy && !this.#lock && document.visibilityState === "visible") {
      this.#lock = await navigator.wakeLock?.request("screen").catch(() => null);
    } else if (!this.busy && this.#lock) {
      this.#lock.release();
      this.#lock = null;
    }
  }
}

/** A random UUID; randomUUID itself is missing on pages without HTTPS. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
