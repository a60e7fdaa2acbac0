// Slideshow over the lightbox: photos fade into each other, the screen stays awake, arrows still move.
const SPEEDS = [3, 5, 8];
const KEPT = "glassine-slideshow-seconds";

const words = document.getElementById("stream").dataset;
let show = null;

document.addEventListener("lightbox:open", ({ detail }) => addButton(detail));
document.addEventListener("lightbox:close", () => show?.end());
document.addEventListener("lightbox:change", () => show?.follow());
document.addEventListener("lightbox:key", (event) => {
  const { key } = event.detail;
  if (key === " ") take(event, () => (show ? show.pauseOrGoOn() : begin()));
  else if (show && key === "Escape") take(event, () => show.end());
});

let current = null;

function take(event, deed) {
  event.preventDefault();
  deed();
}

function addButton(detail) {
  current = detail;
  const bar = detail.root.querySelector(".pswp__top-bar");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "pswp__button pswp__button--play";
  button.title = words.slideshow;
  button.setAttribute("aria-label", button.title);
  button.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${words.icons}#play"/></svg>`;
  button.addEventListener("click", begin);
  bar.insertBefore(button, bar.querySelector(".pswp__button--leave"));
}

function begin() {
  if (current && !show) show = new Show(current);
}

class Show {
  constructor({ root, pswp }) {
    this.root = root;
    this.pswp = pswp;
    this.seconds = Number(localStorage.getItem(KEPT)) || SPEEDS[1];
    this.stage = document.createElement("div");
    this.stage.className = "show";
    this.stage.innerHTML = `<img alt=""><img alt=""><div class="show__bar"><button type="button" data-do="pause"></button>${SPEEDS.map((one) => `<button type="button" data-seconds="${one}">${one} s</button>`).join("")}<button type="button" data-do="end">${words.slideshowEnd}</button></div>`;
    this.stage.addEventListener("click", (event) => this.clicked(event));
    this.stage.addEventListener("pointermove", () => this.awake());
    root.append(this.stage);
    this.images = [...this.stage.querySelectorAll("img")];
    this.before = document.activeElement;
    this.paint();
    this.follow();
    this.goOn();
    this.awake();
    this.stage.querySelector("button").focus({ preventScroll: true });
    this.onVisible = () => document.visibilityState === "visible" && this.timer && this.stayAwake();
    document.addEventListener("visibilitychange", this.onVisible);
  }

  clicked(event) {
    const { seconds, do: deed } = event.target.dataset;
    if (seconds) {
      this.seconds = Number(seconds);
      localStorage.setItem(KEPT, seconds);
      this.goOn();
    } else if (deed === "end") this.end();
    else this.pauseOrGoOn();
  }

  /** Show the lightbox's photo: fade it in over the last one. */
  async follow() {
    const item = this.pswp.getItemData(this.pswp.currIndex);
    const next = this.images.find((image) => !image.classList.contains("is-on")) ?? this.images[0];
    const mine = (this.turn = {});
    next.src = item.src;
    next.alt = item.alt || "";
    try {
      await next.decode();
    } catch (error) {
      console.info("A photo of the slideshow is left out:", error.message);
    }
    if (mine !== this.turn) return;
    for (const image of this.images) image.classList.toggle("is-on", image === next);
    this.wait();
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = this.paused ? 0 : setTimeout(() => this.step(), this.seconds * 1000);
  }

  step() {
    const last = this.pswp.currIndex + 1 >= this.pswp.getNumItems();
    // More pages may still be on their way; else the show begins again.
    if (!last) this.pswp.goTo(this.pswp.currIndex + 1);
    else if (document.getElementById("more")) this.wait();
    else if (this.pswp.getNumItems() > 1) this.pswp.goTo(0);
    else this.end();
  }

  pauseOrGoOn() {
    if (this.paused) this.goOn();
    else {
      this.paused = true;
      clearTimeout(this.timer);
      this.timer = 0;
      this.letSleep();
      this.paint();
    }
  }

  goOn() {
    this.paused = false;
    this.stayAwake();
    this.paint();
    this.wait();
  }

  paint() {
    this.stage.querySelector('[data-do="pause"]').textContent = this.paused
      ? words.slideshowGo
      : words.slideshowPause;
    for (const button of this.stage.querySelectorAll("[data-seconds]"))
      button.setAttribute("aria-pressed", String(Number(button.dataset.seconds) === this.seconds));
  }

  async stayAwake() {
    try {
      this.lock = await navigator.wakeLock?.request("screen");
    } catch (error) {
      console.info("The screen may go dark:", error.message);
    }
  }

  letSleep() {
    this.lock?.release();
    this.lock = null;
  }

  awake() {
    this.stage.classList.remove("is-idle");
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.stage.classList.add("is-idle"), 2500);
  }

  end() {
    clearTimeout(this.timer);
    clearTimeout(this.idle);
    this.turn = null;
    this.letSleep();
    document.removeEventListener("visibilitychange", this.onVisible);
    this.stage.remove();
    if (this.before?.isConnected) this.before.focus({ preventScroll: true });
    show = null;
  }
}
