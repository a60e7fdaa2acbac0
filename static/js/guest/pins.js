// Numbered dots on the photo of the lightbox, and the one that is being placed.
const STEP = 0.01;
const LEAP = 0.05;

/** Dots over the photo that `pswp` shows. words: texts of the page. */
export class Pins {
  constructor(root, pswp, words) {
    Object.assign(this, { root, pswp, words, dots: [], draft: null });
    this.layer = Object.assign(document.createElement("div"), { className: "pins" });
    this.hint = Object.assign(document.createElement("p"), {
      className: "pins__hint",
      hidden: true,
      textContent: words.place,
    });
    this.hint.setAttribute("role", "status");
    this.layer.append(this.hint);
    this.layer.addEventListener("click", (event) => this.tapped(event));
    root.append(this.layer);
  }

  /** Show these pins: [{number, x, y, open}]; `open` is called when one is pressed. */
  show(list) {
    for (const { element } of this.dots) element.remove();
    this.dots = list.map(({ number, x, y, open }) => {
      const element = this.dot(String(number), `${this.words.dot} ${number}`);
      element.addEventListener("click", (event) => {
        event.stopPropagation();
        open();
      });
      return { element, x, y };
    });
    this.follow();
  }

  /** Draw attention to the dot of a number. */
  ring(number) {
    const one = this.dots.find(({ element }) => element.textContent === String(number));
    one?.element.classList.add("is-rung");
    setTimeout(() => one?.element.classList.remove("is-rung"), 1200);
  }

  /** Put a pin at a point and let it be moved: by a tap, by dragging, by arrows. moved: told of every place. */
  place({ x, y }, moved, { asks = false, byKey = false } = {}) {
    this.unplace();
    const element = this.dot("", this.words.place);
    element.classList.add("dot--draft");
    this.draft = { element, x, y, moved };
    element.addEventListener("keydown", (event) => this.arrow(event));
    element.addEventListener("pointerdown", (event) => element.setPointerCapture(event.pointerId));
    element.addEventListener(
      "pointermove",
      (event) => element.hasPointerCapture(event.pointerId) && this.moveTo(event),
    );
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      this.ask(false);
    });
    this.ask(asks);
    this.follow();
    if (byKey) element.focus();
  }

  unplace() {
    this.draft?.element.remove();
    this.draft = null;
    this.ask(false);
  }

  get isAsking() {
    return !this.hint.hidden;
  }

  /** Wait for a tap on the photo, or stop waiting. */
  ask(asks) {
    this.hint.hidden = !asks;
    this.layer.classList.toggle("is-asking", asks);
  }

  clear() {
    this.show([]);
    this.unplace();
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.layer.remove();
  }

  dot(text, label) {
    const element = Object.assign(document.createElement("button"), {
      type: "button",
      className: "dot",
      textContent: text,
      hidden: true,
    });
    element.setAttribute("aria-label", label);
    this.layer.append(element);
    return element;
  }

  /** The photo moves in many ways (zoom, swipe, new window): as long as there are dots, they follow it. */
  follow() {
    cancelAnimationFrame(this.frame);
    const step = () => {
      const all = [...this.dots, ...(this.draft ? [this.draft] : [])];
      this.frame = all.length ? requestAnimationFrame(step) : 0;
      const box = this.photo();
      for (const { element, x, y } of all) {
        element.hidden = !box;
        if (box) element.style.transform = `translate(${box.left + x * box.width}px, ${box.top + y * box.height}px)`;
      }
    };
    step();
  }

  /** Where the shown photo lies on the screen, or null while there is none. */
  photo() {
    const content = this.pswp.currSlide?.content;
    const element = content?.element?.isConnected ? content.element : content?.placeholder?.element;
    const box = element?.getBoundingClientRect();
    return box?.width ? box : null;
  }

  tapped(event) {
    if (this.isAsking && this.draft && this.moveTo(event)) this.ask(false);
  }

  moveTo(event) {
    const box = this.photo();
    if (!box) return false;
    const x = (event.clientX - box.left) / box.width;
    const y = (event.clientY - box.top) / box.height;
    if (x < 0 || x > 1 || y < 0 || y > 1) return false;
    this.moveDraft(x, y);
    return true;
  }

  moveDraft(x, y) {
    const within = (value) => Math.min(1, Math.max(0, Math.round(value * 1e4) / 1e4));
    Object.assign(this.draft, { x: within(x), y: within(y) });
    this.draft.moved(this.draft.x, this.draft.y);
  }

  arrow(event) {
    const by = event.shiftKey ? LEAP : STEP;
    const ways = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] };
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    this.moveDraft(this.draft.x + way[0], this.draft.y + way[1]);
  }
}
