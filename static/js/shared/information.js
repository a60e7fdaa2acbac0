// The information panel of the lightbox: what is known of the photo (key I). It stays open from photo to photo.
import { get } from "./http.js";
import { streamWords } from "./words.js";

const stream = document.getElementById("stream");
const words = streamWords();
let card = null;

document.addEventListener("lightbox:open", ({ detail }) => {
  card = new Card(detail);
});
document.addEventListener("lightbox:change", ({ detail }) => card?.show(detail.id));
document.addEventListener("lightbox:close", () => {
  card?.close();
  card = null;
});
document.addEventListener("lightbox:help", ({ detail }) => detail.rows.push(["I", "", words.keyInformation]));
document.addEventListener("lightbox:key", (event) => {
  if (event.defaultPrevented || !card) return;
  const { key } = event.detail;
  if (key.toLowerCase() === "i") card.toggle();
  else if (key === "Escape" && card.isOpen) card.close();
  else return;
  event.preventDefault();
});

class Card {
  constructor({ id, root }) {
    Object.assign(this, { id, root, isOpen: false });
    this.element = Object.assign(document.createElement("aside"), { className: "facts-card", hidden: true });
    this.element.setAttribute("aria-label", words.information);
    // The lightbox would take these for a drag, a tap on the photo or a zoom.
    for (const kind of ["pointerdown", "pointerup", "click", "wheel"])
      this.element.addEventListener(kind, (event) => event.stopPropagation(), { passive: true });
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" && event.key.toLowerCase() !== "i") return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
    });
    root.append(this.element);
    this.button = root.querySelector(".pswp__button--facts");
    this.button.setAttribute("aria-expanded", "false");
    this.button.addEventListener("click", () => this.toggle());
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    this.isOpen = true;
    this.arranged();
    this.load();
  }

  close() {
    const hadFocus = this.element.contains(document.activeElement);
    this.isOpen = false;
    this.reading?.abort();
    this.arranged();
    if (hadFocus) this.button.focus();
  }

  arranged() {
    this.element.hidden = !this.isOpen;
    this.root.classList.toggle("has-facts", this.isOpen);
    this.button.setAttribute("aria-expanded", String(this.isOpen));
  }

  show(id) {
    this.id = id;
    if (this.isOpen) this.load();
  }

  async load() {
    const { id } = this;
    this.reading?.abort();
    this.reading = new AbortController();
    this.element.setAttribute("aria-busy", "true");
    try {
      const answer = await get(`${stream.dataset.factsUrl}${id}/facts/`, "part", { signal: this.reading.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector(".facts");
      if (!answer.ok || !fresh) throw new Error(`no facts (${answer.status})`);
      if (id === this.id) this.fill(fresh);
    } catch (error) {
      if (error.name === "AbortError") return;
      console.info("The facts were not loaded:", error.message);
      this.fill(this.unloaded());
    }
  }

  unloaded() {
    const told = Object.assign(document.createElement("p"), { textContent: `${words.unloaded} ` });
    const again = { type: "button", className: "btn", textContent: words.retryFacts };
    told.append(Object.assign(document.createElement("button"), again));
    told.lastChild.addEventListener("click", () => this.load());
    return told;
  }

  fill(content) {
    const close = Object.assign(document.createElement("button"), { type: "button", className: "facts-card__close" });
    close.setAttribute("aria-label", words.closeInformation);
    close.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${stream.dataset.icons}#close"/></svg>`;
    close.addEventListener("click", () => this.close());
    const hadFocus = this.element.contains(document.activeElement);
    this.element.replaceChildren(close, content);
    this.element.removeAttribute("aria-busy");
    if (hadFocus) close.focus();
  }
}
