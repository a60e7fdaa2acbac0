// Photos chosen to be compared: B in the lightbox adds one, a small bar leads on. Kept for the tab.
import { barButton } from "./bar_button.js";

const MOST = 4;

/** words: texts and addresses of the page. */
export class CompareTray {
  constructor(words) {
    this.words = words;
    this.key = `glassine.compare.${words.gallery}`;
    this.ids = this.read();
    this.bar = document.createElement("div");
    this.bar.className = "tray-bar no-print";
    this.bar.setAttribute("role", "region");
    this.bar.setAttribute("aria-label", words.go);
    this.bar.innerHTML =
      '<p role="status"></p><a class="btn btn--main"></a><button type="button" class="btn btn--quiet"></button>';
    [this.told, this.link, this.clear] = this.bar.children;
    this.link.textContent = words.go;
    this.clear.textContent = words.clear;
    this.clear.addEventListener("click", () => {
      this.ids = [];
      this.changed();
    });
    document.body.append(this.bar);
    // A page that comes back from the browser's memory may hold an older choice.
    addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      this.ids = this.read();
      this.changed();
    });
    this.changed();
  }

  /** The lightbox opened: it has the bar now, and a button. */
  enter(root, id) {
    root.append(this.bar);
    this.button = barButton(root, this.words.icons, "compare");
    this.button.addEventListener("click", () => this.toggle(this.id));
    this.show(id);
  }

  leave() {
    this.button = null;
    document.body.append(this.bar);
    this.changed();
  }

  show(id) {
    this.id = id;
    this.changed();
  }

  /** Add a photo, or leave it out again. Always true: the key is ours. */
  toggle(id) {
    if (this.ids.includes(id)) this.ids = this.ids.filter((one) => one !== id);
    else if (this.ids.length < MOST) this.ids = [...this.ids, id];
    else return this.changed(this.words.most);
    return this.changed();
  }

  /** True if the photo in the lightbox is one of a stack, whose frames can be compared at once. */
  get isInStack() {
    return Boolean(this.button && document.getElementById(`p-${this.id}`)?.dataset.inStack);
  }

  changed(told = this.words.tray.replace("%n", this.ids.length)) {
    const { ids, bar, link, button, words } = this;
    const ofStack = !ids.length && this.isInStack;
    try {
      sessionStorage.setItem(this.key, JSON.stringify(ids));
    } catch (error) {
      console.info("The choice is not kept:", error.message);
    }
    bar.hidden = !ids.length && !ofStack;
    this.told.textContent = ofStack ? "" : told;
    this.clear.hidden = ofStack;
    link.textContent = ofStack ? words.stack : words.go;
    const chosen = ofStack ? [this.id] : ids;
    if (ofStack || ids.length > 1) link.href = `${words.compare}?${chosen.map((id) => `photo=${id}`).join("&")}`;
    else link.removeAttribute("href");
    link.setAttribute("aria-disabled", String(!link.hasAttribute("href")));
    if (button) {
      const isIn = ids.includes(this.id);
      button.title = isIn ? words.drop : words.add;
      button.setAttribute("aria-label", button.title);
      button.setAttribute("aria-pressed", String(isIn));
    }
    return true;
  }

  read() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.key));
      return Array.isArray(kept) ? kept.filter((id) => /^[0-9a-f-]{36}$/.test(id)).slice(0, MOST) : [];
    } catch {
      return [];
    }
  }
}
