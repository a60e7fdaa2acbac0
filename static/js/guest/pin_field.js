// The pin of the comment that is being written, and the dots of the comments that are there.

export class PinField {
  /** aside: the panel; changed: called with the form when its pin was set, moved or taken away. */
  constructor(pins, aside, words, changed) {
    Object.assign(this, { pins, aside, words, changed });
  }

  /** The form of a new comment. */
  get form() {
    return this.aside.querySelector('form[data-say=""]');
  }

  /** Dots for all pins of the thread, and for the one that is not sent yet. */
  show() {
    const share = (text) => Number.parseFloat(text) / 100;
    this.pins.show(
      [...this.aside.querySelectorAll("[data-pin]")].map((one) => ({
        number: one.dataset.pin,
        x: share(one.dataset.x),
        y: share(one.dataset.y),
        open: () => {
          one.closest(".remark").scrollIntoView({ block: "nearest" });
          one.focus();
        },
      })),
    );
    const { x, y } = this.form?.elements ?? {};
    if (x?.value && y.value) this.place({ x: Number(x.value), y: Number(y.value) });
  }

  /** The Pin button: place one in the middle and wait for a tap, or take it away. */
  pressed(byKey) {
    if (this.form.elements.x.value) this.remove();
    else this.place({ x: 0.5, y: 0.5 }, { asks: true, byKey });
  }

  place(point, how) {
    const moved = (x, y) => this.set(x, y);
    moved(point.x, point.y);
    this.pins.place(point, moved, how);
  }

  remove() {
    this.pins.unplace();
    this.set("", "");
  }

  set(x, y) {
    const { form } = this;
    Object.assign(form.elements.x, { value: x });
    Object.assign(form.elements.y, { value: y });
    const button = form.querySelector("[data-pin-start]");
    const isOn = x !== "";
    button.setAttribute("aria-pressed", String(isOn));
    button.querySelector("[data-pin-word]").textContent = isOn ? this.words.unpin : this.words.pin;
    this.changed(form);
  }
}
