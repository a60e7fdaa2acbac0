// The panel beside a photo in the lightbox: the guest's marks and the comments, and the keys for both.
import { get, post } from "../shared/http.js";
import * as badges from "./badges.js";
import { barButton } from "./bar_button.js";
import { CompareTray } from "./compare_tray.js";
import * as drafts from "./drafts.js";
import { asPerson } from "./identify.js";
import { paintMark, readMark } from "./marks.js";
import { PinField } from "./pin_field.js";
import { Pins } from "./pins.js";

const deed = document.getElementById("panel-deed");
const words = deed.dataset;
const maySay = "mayComment" in words;
const mayRate = "mayRate" in words;
const WIDE = "(min-width: 900px)";
const LABELS = { 1: "green", 2: "yellow", 3: "red" };
const ASIDE = 368;
const SHEET = 0.56;

document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: words.css }));
const tray = new CompareTray(words);
let panel = null;

if (maySay || mayRate) (window.requestIdleCallback ?? setTimeout)(() => badges.load());
document.addEventListener("lightbox:open", ({ detail }) => {
  tray.enter(detail.root, detail.id);
  if (maySay || mayRate) panel = new Panel(detail);
});
document.addEventListener("lightbox:change", ({ detail }) => {
  tray.show(detail.id);
  panel?.show(detail.id);
});
document.addEventListener("lightbox:close", () => {
  tray.leave();
  panel?.destroy();
  panel = null;
});
document.addEventListener("lightbox:key", (event) => {
  const { key, id } = event.detail;
  if (event.defaultPrevented) return;
  if (panel?.key(key) || (key.toLowerCase() === "b" && tray.toggle(id))) event.preventDefault();
});
document.addEventListener("lightbox:help", ({ detail }) => {
  if (maySay) detail.rows.push(["C", "", words.keyPanel]);
  if (mayRate) detail.rows.push(["1 2 3", "0", words.keyMarks]);
  detail.rows.push(["B", "", words.keyCompare]);
});
badges.watch((id) => panel?.id === id && panel.mark());

class Panel {
  constructor({ id, root, pswp }) {
    Object.assign(this, { id, root, pswp, isOpen: false, queue: Promise.resolve() });
    this.button = barButton(root, words.icons, "comment", words.panel);
    this.button.setAttribute("aria-expanded", "false");
    this.button.append(Object.assign(document.createElement("span"), { className: "pswp__talk num" }));
    this.button.addEventListener("click", () => this.toggle());
    this.signs = Object.assign(document.createElement("span"), { className: "pswp__signs" });
    this.aside = Object.assign(document.createElement("aside"), { className: "beside", hidden: true });
    this.aside.setAttribute("aria-label", words.panel);
    this.status = Object.assign(document.createElement("p"), { className: "beside__status" });
    this.status.setAttribute("role", "status");
    this.pins = new Pins(root, pswp, words);
    this.field = new PinField(this.pins, this.aside, words, (form) => drafts.keep(this.id, form));
    root.append(this.signs, this.aside, this.status);
    this.listen();
    const { paddingFn } = pswp.options;
    pswp.options.getViewportSizeFn = () => this.room();
    pswp.options.paddingFn = (view, ...rest) => ({
      ...paddingFn(view, ...rest),
      ...(this.isOpen && !matchMedia(WIDE).matches && { bottom: 8 }),
    });
    this.mark();
  }

  listen() {
    const { aside } = this;
    aside.addEventListener("submit", (event) => this.submitted(event));
    aside.addEventListener("click", (event) => this.clicked(event));
    aside.addEventListener("input", (event) => {
      const form = event.target.closest("form[data-say]");
      if (form) drafts.keep(this.id, form);
    });
    // The wheel scrolls the panel and does not zoom the photo.
    aside.addEventListener("wheel", (event) => event.stopPropagation(), { passive: true });
    aside.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      event.stopPropagation();
      this.escape();
    });
  }

  /** What the photo has of the window: all of it, or what the panel leaves beside it, on a phone above it. */
  room() {
    const { clientWidth: x, clientHeight: y } = document.documentElement;
    const whole = { x, y: Math.max(y, innerHeight) };
    if (!this.isOpen) return whole;
    return matchMedia(WIDE).matches ? { ...whole, x: x - ASIDE } : { ...whole, y: Math.round(whole.y * (1 - SHEET)) };
  }

  /** A key that the lightbox asks about; true when it was ours. */
  key(key) {
    if (key === "Escape") return this.escape();
    if (key.toLowerCase() === "c" && maySay) {
      this.open().then(() => this.write());
      return true;
    }
    if (!mayRate) return false;
    if (LABELS[key]) {
      this.rate("label", badges.of(this.id).label === LABELS[key] ? "" : LABELS[key]);
      return true;
    }
    if (key === "0" && badges.of(this.id).label) {
      this.rate("label", "");
      return true;
    }
    return false;
  }

  /** One layer less: waiting for a pin, then the panel. */
  escape() {
    if (this.pins.isAsking) {
      this.field.remove();
      return true;
    }
    if (!this.isOpen) return false;
    this.close();
    return true;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open().then(() => this.aside.querySelector("button, textarea")?.focus());
  }

  async open() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.arranged();
    await this.load();
  }

  close() {
    const hadFocus = this.aside.contains(document.activeElement);
    this.isOpen = false;
    this.arranged();
    this.pins.clear();
    if (hadFocus || document.activeElement === document.body) this.button.focus();
  }

  arranged() {
    this.aside.hidden = !this.isOpen;
    this.root.classList.toggle("has-beside", this.isOpen);
    this.button.setAttribute("aria-expanded", String(this.isOpen));
    this.pswp.updateSize(true);
  }

  /** The lightbox has moved on. */
  show(id) {
    this.id = id;
    this.pins.clear();
    this.mark();
    if (this.isOpen) this.load();
  }

  /** Label, verdict and stars of the photo in the bar, and how many comments there are. */
  mark() {
    const state = badges.of(this.id);
    this.signs.replaceChildren(...badges.signs(state));
    this.button.querySelector(".pswp__talk").textContent = state.comments || "";
    const form = this.aside.querySelector(`[data-marks="${this.id}"]`);
    if (form) paintMark(form, state);
  }

  async load() {
    const { id } = this;
    this.reading?.abort();
    this.reading = new AbortController();
    this.aside.setAttribute("aria-busy", "true");
    try {
      const answer = await get(`${words.gallery}photos/${id}/panel/`, "part", { signal: this.reading.signal });
      await this.take(answer, id);
    } catch (error) {
      if (error.name !== "AbortError") this.unloaded(error);
    }
  }

  unloaded(error) {
    console.info("The panel was not loaded:", error.message);
    const again = Object.assign(document.createElement("button"), {
      type: "button",
      className: "btn",
      textContent: words.again,
    });
    again.addEventListener("click", () => this.load());
    const told = Object.assign(document.createElement("p"), {
      className: "beside__none",
      textContent: `${words.unloaded} `,
    });
    told.append(again);
    this.aside.replaceChildren(told);
    this.aside.removeAttribute("aria-busy");
  }

  /** Show the panel that the server sent; throws if it sent none. */
  async take(answer, id) {
    if (answer.headers.get("HX-Refresh")) {
      location.reload();
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(".beside__in");
    if (!fresh) throw new Error(`no panel (${answer.status})`);
    badges.put(id, { comments: Number(fresh.dataset.count), ...readMark(fresh.querySelector("[data-marks]")) });
    if (id !== this.id || !this.isOpen) return;
    const focused = this.aside.contains(document.activeElement) ? document.activeElement.id : "";
    this.aside.replaceChildren(fresh);
    this.aside.removeAttribute("aria-busy");
    drafts.restore(id, fresh);
    if (focused) document.getElementById(focused)?.focus();
    this.field.show();
  }

  // -- deeds ------------------------------------------------------------------------------------------

  submitted(event) {
    event.preventDefault();
    const form = event.target;
    if ("marks" in form.dataset) this.rate(event.submitter.name, event.submitter.value);
    else this.send(form);
  }

  /** Send a comment, or take one back. What was typed stays until the server has it. */
  async send(form) {
    if (form.dataset.sending) return;
    const { id } = this;
    const fields = new FormData(form);
    const failed = form.querySelector("[data-failed]");
    form.dataset.sending = "true";
    if (failed) failed.hidden = true;
    try {
      const answer = await asPerson(() => post(form.action, fields, "part"));
      if (answer.headers.get("Content-Type")?.startsWith("application/json")) return;
      const isNew = answer.ok && "say" in form.dataset;
      if (isNew) {
        drafts.forget(id, form.dataset.say);
        form.reset();
        this.pins.unplace();
      }
      await this.take(answer, id);
      if (isNew) this.sent(id);
    } catch (error) {
      console.info("Not sent:", error.message);
      if (failed) Object.assign(failed, { textContent: words.failed, hidden: false });
      else this.say(words.failed);
    } finally {
      delete form.dataset.sending;
    }
  }

  /** Set or clear one field of the mark: shown at once, taken back if it cannot be saved. One after the other. */
  rate(name, value) {
    const { id } = this;
    const done = badges.hold(id, name, name === "stars" ? Number(value) : value);
    const save = () => post(`${words.gallery}photos/${id}/mark/`, { [name]: value });
    this.queue = this.queue.then(async () => {
      try {
        const answer = await asPerson(save);
        done(answer.ok);
        if (!answer.ok && answer.status !== 409) this.say(words.failed);
      } catch (error) {
        console.info("Not saved:", error.message);
        done(false);
        this.say(words.failed);
      }
    });
  }

  /** Ready for the next comment, with the one before in sight. */
  sent(id) {
    this.say(words.sent);
    if (id === this.id && this.isOpen) this.write();
  }

  write() {
    this.field.form?.elements.body.focus({ preventScroll: true });
    this.field.form?.scrollIntoView({ block: "nearest" });
  }

  say(text) {
    this.status.textContent = text;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      this.status.textContent = "";
    }, 3000);
  }

  clicked(event) {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-beside-close]")) this.close();
    else if (at("[data-pin-start]")) this.field.pressed(event.detail === 0);
    else if (at("[data-pin]")) this.pins.ring(at("[data-pin]").dataset.pin);
  }

  destroy() {
    this.reading?.abort();
    this.pins.destroy();
  }
}
