// Who is in the photo (key W): outlines and names over the lightbox's picture; a click on one names them. A face that was
// missed is outlined by hand (key N), an outline that shows none is taken away.
import { get, post } from "../shared/http.js";
import { toast } from "./shell.js";

const stream = document.getElementById("stream");
const url = stream?.dataset.facesUrl;
// An outline that was just begun, its steps by keyboard and its least side: fractions of the picture's width.
const BEGUN = 0.12;
const STEP = 0.01;
const LEAST = 0.01;
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
  document.addEventListener("lightbox:help", ({ detail }) =>
    detail.rows.push(["W", "", "who is in the photo"], ["N", "", "outline a face, while they are shown"]),
  );
  document.addEventListener("lightbox:key", (event) => {
    const key = event.detail.key.toLowerCase();
    if (event.defaultPrevented || !layer || (key !== "w" && !(key === "n" && layer.drawUrl))) return;
    event.preventDefault();
    if (key === "w") layer.toggle();
    else layer.draw();
  });
  document.addEventListener("glassine:undone", () => layer?.isOpen && layer.load());
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
    // A picture may come after its faces, and it moves while the lightbox opens.
    for (const moment of ["zoomPanUpdate", "loadComplete", "openingAnimationEnd"]) pswp.on(moment, this.follow);
    addEventListener("resize", this.follow);
  }

  end() {
    removeEventListener("resize", this.follow);
  }

  toggle() {
    this.isOpen = !this.isOpen;
    this.element.hidden = !this.isOpen;
    this.button?.setAttribute("aria-pressed", String(this.isOpen));
    this.drawUrl = "";
    if (this.isOpen) this.load();
  }

  show(id) {
    this.id = id;
    this.drawUrl = "";
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
    const { faces, names, draw_url: drawUrl } = await answer.json();
    if (id !== this.id) return;
    this.names = names;
    this.drawUrl = this.isOpen ? drawUrl : "";
    this.element.replaceChildren(...faces.map((face) => this.outlined(face)), ...(faces.length ? [] : [this.nobody()]));
    if (drawUrl) this.element.append(this.adder());
    this.place();
  }

  adder() {
    const add = Object.assign(document.createElement("button"), { type: "button", className: "who-add" });
    add.textContent = "Add a face";
    add.addEventListener("click", () => this.draw());
    return add;
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
    chip.addEventListener("click", () => face.name_url && this.ask(box, label));
    const label = Object.assign(document.createElement("div"), { className: "who__label" });
    label.append(chip);
    if (face.remove_url) label.append(this.remover(box, chip.textContent));
    box.append(label);
    return box;
  }

  remover(box, words) {
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "who__remove" });
    remove.textContent = "×";
    remove.setAttribute("aria-label", `Remove the outline (${words})`);
    remove.addEventListener("click", async () => {
      const told = await this.send(box.face.remove_url, {});
      if (!told) return;
      box.remove();
      toast({ text: "Outline removed.", undo: told.undo });
      this.element.querySelector("button")?.focus();
    });
    return remove;
  }

  /** Post a deed; what was answered, or null when the reason was said. */
  async send(address, fields) {
    const answer = await post(address, fields).catch(() => null);
    const told = await answer?.json().catch(() => null);
    if (answer?.ok && told) return told;
    toast({ text: told?.error ?? "That did not work. Try again in a moment.", level: "error" });
    return null;
  }

  ask(box, label) {
    const form = this.form(box.face.id, box.face.name || box.face.maybe);
    const input = form.elements.name;
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      form.replaceWith(label);
      label.querySelector("button")?.focus();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.name(box, input.value);
    });
    label.replaceWith(form);
    input.focus();
    input.select();
  }

  /** A form for a name, in an outline. */
  form(id, value) {
    const form = Object.assign(document.createElement("form"), { className: "who__form" });
    const list = Object.assign(document.createElement("datalist"), { id: `who-${id}` });
    list.append(...this.names.map((value) => Object.assign(document.createElement("option"), { value })));
    const input = Object.assign(document.createElement("input"), { name: "name", maxLength: 120, autocomplete: "off" });
    input.value = value;
    input.setAttribute("list", list.id);
    input.setAttribute("aria-label", "Who is this?");
    form.append(input, list);
    form.addEventListener("keydown", (event) => event.stopPropagation());
    return form;
  }

  /** Outline a face: drag over it; or move the outline by arrow keys, Shift changes its size, Enter asks for the name. */
  draw() {
    if (this.element.querySelector(".who-draw")) return;
    const picture = this.picture();
    if (!picture?.width) {
      toast({ text: "The photo is still on its way. Try again in a moment.", level: "error" });
      return;
    }
    const high = (BEGUN * picture.width) / picture.height;
    const box = Object.assign(document.createElement("div"), { className: "who who--new", tabIndex: 0 });
    box.face = { id: "new", box: { x: 0.5 - BEGUN / 2, y: 0.5 - high / 2, width: BEGUN, height: high } };
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "New outline. Arrow keys move it, Shift and arrow keys change its size, Enter names it.");
    const form = this.form("new", "");
    form.elements.name.placeholder = "Name, if known";
    const save = Object.assign(document.createElement("button"), { className: "who__save" });
    save.textContent = "Save";
    form.append(save);
    const surface = Object.assign(document.createElement("div"), { className: "who-draw" });
    const hint = Object.assign(document.createElement("p"), { className: "who-none" });
    hint.textContent = "Drag around the face";
    const end = () => {
      for (const one of [surface, box, hint]) one.remove();
      (this.element.querySelector(".who-add") ?? this.button)?.focus();
    };
    surface.addEventListener("pointerdown", (event) => this.drag(event, surface, box));
    box.addEventListener("keydown", (event) => this.steer(event, box, end));
    form.addEventListener("keydown", (event) => event.key === "Escape" && end());
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const told = await this.send(this.drawUrl, { ...box.face.box, name: form.elements.name.value });
      if (!told) return;
      end();
      this.element.querySelector(".who-none")?.remove();
      this.element.prepend(this.outlined(told.face));
      this.place();
      toast({ text: told.face.name ? `This is ${told.face.name}.` : "Face added.", undo: told.undo });
    });
    box.append(form);
    this.element.append(surface, box, hint);
    this.place();
    box.focus();
  }

  drag(down, surface, box) {
    const picture = this.picture();
    if (!picture?.width) return;
    down.preventDefault();
    surface.setPointerCapture(down.pointerId);
    const at = (event) => ({
      x: Math.min(1, Math.max(0, (event.clientX - picture.left) / picture.width)),
      y: Math.min(1, Math.max(0, (event.clientY - picture.top) / picture.height)),
    });
    const from = at(down);
    const move = (event) => {
      const to = at(event);
      const [width, height] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
      if (Math.max(width, height) < LEAST) return;
      box.face.box = { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width, height };
      this.place();
    };
    const up = () => {
      surface.removeEventListener("pointermove", move);
      box.querySelector("input").focus();
    };
    surface.addEventListener("pointermove", move);
    surface.addEventListener("pointerup", up, { once: true });
    surface.addEventListener("pointercancel", up, { once: true });
  }

  steer(event, box, end) {
    if (event.target !== box) return;
    const [across, down] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [
      0, 0,
    ];
    if (event.key === "Enter") box.querySelector("input").focus();
    else if (event.key === "Escape") end();
    else if (!across && !down) return;
    event.preventDefault();
    event.stopPropagation();
    const { face } = box;
    const { x, y, width, height } = face.box;
    if (event.shiftKey) {
      face.box.width = Math.min(1 - x, Math.max(LEAST, width + across * STEP));
      face.box.height = Math.min(1 - y, Math.max(LEAST, height + down * STEP));
    } else {
      face.box.x = Math.min(1 - width, Math.max(0, x + across * STEP));
      face.box.y = Math.min(1 - height, Math.max(0, y + down * STEP));
    }
    this.place();
  }

  async name(box, value) {
    const told = await this.send(box.face.name_url, { name: value });
    if (!told) return;
    toast({ text: `This is ${told.face.name}.`, undo: told.undo });
    const fresh = this.outlined(told.face);
    box.replaceWith(fresh);
    this.place();
    fresh.querySelector("button")?.focus();
  }

  /** Where the picture lies on the screen, if it came: its small one, in the same place, until the large one is there. */
  picture() {
    const shown = [...this.root.querySelectorAll(".pswp__item[aria-hidden=false] .pswp__img")];
    const large = shown.find((one) => !one.classList.contains("pswp__img--placeholder"));
    return (large ?? shown[0])?.getBoundingClientRect();
  }

  /** Put each outline where its face is in the picture as it is shown now. */
  place() {
    if (!this.isOpen) return;
    const picture = this.picture();
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
