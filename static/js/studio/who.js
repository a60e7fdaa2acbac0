// Who is in the photo (key W): outlines and names over the lightbox's picture; a click on one names them.
import { get, post } from "../shared/http.js";
import { toast } from "./shell.js";

const stream = document.getElementById("stream");
const url = stream?.dataset.facesUrl;
let layer = null;

if (url) {
  document.addEventListener("lightbox:open", ({ detail }) => {
    layer = new Layer(detail);
  });
  document.addEventListener("lightbox:change", ({ detail }) => layer?.show(detail.id));
  document.addEventListener("lightbox:close", () => {
    layer?.end();
    layer = null;
  });
  document.addEventListener("lightbox:help", ({ detail }) => detail.rows.push(["W", "", "who is in the photo"]));
  document.addEventListener("lightbox:key", (event) => {
    if (event.defaultPrevented || event.detail.key.toLowerCase() !== "w") return;
    event.preventDefault();
    layer?.toggle();
  });
}

class Layer {
  constructor({ id, root, pswp }) {
    Object.assign(this, { id, root, pswp, isOpen: false });
    this.element = Object.assign(document.createElement("div"), { className: "who-layer", hidden: true });
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", "People in this photo");
    // The lightbox would take these for a drag or a tap on the photo.
    for (const kind of ["pointerdown", "pointerup", "click"])
      this.element.addEventListener(kind, (event) => event.target !== this.element && event.stopPropagation());
    root.append(this.element);
    this.button = root.querySelector(".pswp__button--who");
    this.button?.setAttribute("aria-pressed", "false");
    this.button?.addEventListener("click", () => this.toggle());
    this.follow = () => this.place();
    pswp.on("zoomPanUpdate", this.follow);
    addEventListener("resize", this.follow);
  }

  end() {
    removeEventListener("resize", this.follow);
  }

  toggle() {
    this.isOpen = !this.isOpen;
    this.element.hidden = !this.isOpen;
    this.button?.setAttribute("aria-pressed", String(this.isOpen));
    if (this.isOpen) this.load();
  }

  show(id) {
    this.id = id;
    this.element.replaceChildren();
    if (this.isOpen) this.load();
  }

  async load() {
    const { id } = this;
    const answer = await get(`${url}${id}/faces/`).catch(() => null);
    if (!answer?.ok) {
      toast({ text: "The faces were not loaded. Try again in a moment.", level: "error" });
      return;
    }
    const { faces, names } = await answer.json();
    if (id !== this.id) return;
    this.names = names;
    this.element.replaceChildren(...faces.map((face) => this.outlined(face)), ...(faces.length ? [] : [this.nobody()]));
    this.place();
  }

  nobody() {
    const told = Object.assign(document.createElement("p"), { className: "who-none" });
    told.textContent = "No face was found in this photo.";
    return told;
  }

  outlined(face) {
    const box = Object.assign(document.createElement("div"), { className: "who" });
    box.face = face;
    const chip = Object.assign(document.createElement(face.name_url ? "button" : "span"), { className: "who__name" });
    if (face.name_url) chip.type = "button";
    chip.textContent = face.name || (face.maybe ? `${face.maybe}?` : face.name_url ? "Name" : "Not named");
    chip.addEventListener("click", () => face.name_url && this.ask(box, chip));
    box.append(chip);
    return box;
  }

  ask(box, chip) {
    const form = Object.assign(document.createElement("form"), { className: "who__form" });
    const list = Object.assign(document.createElement("datalist"), { id: `who-${box.face.id}` });
    list.append(...this.names.map((value) => Object.assign(document.createElement("option"), { value })));
    const input = Object.assign(document.createElement("input"), { name: "name", maxLength: 120, autocomplete: "off" });
    input.value = box.face.name || box.face.maybe;
    input.setAttribute("list", list.id);
    input.setAttribute("aria-label", "Who is this?");
    form.append(input, list);
    const back = () => form.replaceWith(chip);
    form.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Escape") return;
      back();
      chip.focus();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.name(box, input.value);
    });
    chip.replaceWith(form);
    input.focus();
    input.select();
  }

  async name(box, value) {
    const answer = await post(box.face.name_url, { name: value }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (!answer?.ok) {
      toast({ text: told?.error ?? "That did not work. Try again in a moment.", level: "error" });
      return;
    }
    toast({ text: `This is ${told.face.name}.`, undo: told.undo });
    const fresh = this.outlined(told.face);
    box.replaceWith(fresh);
    this.place();
    fresh.querySelector("button")?.focus();
  }

  /** Put each outline where its face is in the picture as it is shown now. */
  place() {
    if (!this.isOpen) return;
    const shown = ".pswp__item[aria-hidden=false] .pswp__img:not(.pswp__img--placeholder)";
    const picture = this.root.querySelector(shown)?.getBoundingClientRect();
    for (const box of this.element.querySelectorAll(".who")) {
      // A picture that did not come has no place for a face.
      box.hidden = !picture?.width;
      if (box.hidden) continue;
      const { x, y, width, height } = box.face.box;
      box.style.left = `${picture.left + x * picture.width}px`;
      box.style.top = `${picture.top + y * picture.height}px`;
      box.style.width = `${width * picture.width}px`;
      box.style.height = `${height * picture.height}px`;
    }
  }
}
