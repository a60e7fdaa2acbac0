// The lightbox: PhotoSwipe with our keys, our words, an address per photo and a way back to the tile.
import { fill, streamWords } from "./words.js";

const IDLE = 3000;
const HOLD = 400;
// A finger that is held down moves by so many pixels all the same.
const STILL = 8;
// Modules that add to the lightbox may still be on their way when an address opens it at once.
const listening =
  document.readyState === "complete" ||
  new Promise((done) => {
    document.addEventListener("DOMContentLoaded", done, { once: true });
    addEventListener("load", done, { once: true });
  });

/** Open photos of `stream` in a lightbox. The library is fetched when it is first wanted. */
export function lightbox(stream) {
  const box = new Lightbox(stream);
  stream.addEventListener("click", (event) => {
    const link = event.target.closest("a.t, .t > a");
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || event.defaultPrevented || !plain) return;
    event.preventDefault();
    box.open(link);
  });
  stream.addEventListener("pointerover", () => box.load(), { once: true, passive: true });
  document.body.addEventListener("htmx:afterSettle", () => box.grow());
  document.addEventListener("lightbox:drop", (event) => box.drop(event.detail.id));
  window.addEventListener("popstate", () => box.pswp && box.close(true));
  const wanted = new URLSearchParams(location.search).get("photo");
  const link = wanted && linkOf(document.getElementById(`p-${wanted}`));
  if (link) box.open(link, { still: true });
  return box;
}

class Lightbox {
  constructor(stream) {
    this.stream = stream;
    this.words = streamWords();
    this.live = document.createElement("p");
    this.live.className = "sr";
    this.live.setAttribute("aria-live", "polite");
    document.body.append(this.live);
  }

  load() {
    this.library ??= Promise.all([
      import(this.stream.dataset.pswp),
      ...this.stream.dataset.pswpCss.split(" ").map(style),
    ]).then(([module]) => module.default);
    return this.library;
  }

  async open(link, { still = false } = {}) {
    if (this.pswp || this.opening) return;
    this.opening = true;
    const [PhotoSwipe] = await Promise.all([this.load(), listening]);
    this.opening = false;
    this.items = links(this.stream).map(item);
    const index = this.items.findIndex((one) => one.link === link);
    if (index < 0) return;
    const pswp = (this.pswp = new PhotoSwipe({
      dataSource: this.items,
      index,
      loop: false,
      preload: [1, 3],
      thumbSelector: "img",
      bgOpacity: 1,
      arrowKeys: false,
      escKey: false,
      zoom: false,
      close: false,
      counter: false,
      arrowPrev: this.items.length > 1,
      arrowNext: this.items.length > 1,
      wheelToZoom: true,
      showHideAnimationType: still ? "none" : "zoom",
      imageClickAction: "zoom",
      tapAction: "toggle-controls",
      doubleTapAction: "zoom",
      secondaryZoomLevel: (zoom) => Math.max(1 / (window.devicePixelRatio || 1), zoom.fit * 1.5),
      maxZoomLevel: 4,
      errorMsg: this.words.broken,
      arrowPrevTitle: this.words.previous,
      arrowNextTitle: this.words.next,
      paddingFn: (view, photo) =>
        view.x < 600
          ? { top: 56, bottom: photo.note ? 112 : 64, left: 0, right: 0 }
          : { top: 64, bottom: 64, left: 24, right: 24 },
    }));
    this.dress(pswp);
    this.playVideos(pswp);
    // Held down, a live photo moves as it does on the phone that took it.
    let from = { x: 0, y: 0 };
    pswp.on("pointerDown", ({ originalEvent: { target, pageX, pageY } }) => {
      clearTimeout(this.hold);
      from = { x: pageX, y: pageY };
      if (target.closest?.(".pswp__item")) this.hold = setTimeout(() => this.move(), HOLD);
    });
    pswp.on("pointerMove", ({ originalEvent: { pageX, pageY } }) => {
      if (Math.hypot(pageX - from.x, pageY - from.y) > STILL) clearTimeout(this.hold);
    });
    pswp.on("pointerUp", () => clearTimeout(this.hold));
    for (const kind of ["change", "zoomPanUpdate", "close", "destroy"]) pswp.on(kind, () => this.rest());
    // The library keeps Tab inside; all other keys are ours, else Z would zoom twice.
    pswp.on("keydown", (event) => event.originalEvent.key !== "Tab" && event.preventDefault());
    // Once it has opened the library takes the focus; who was faster and works in it already keeps it.
    pswp.on("openingAnimationEnd", () => {
      const held = document.activeElement;
      if (held !== pswp.element && pswp.element.contains(held)) queueMicrotask(() => held.focus());
    });
    pswp.on("change", () => this.changed());
    pswp.on("destroy", () => this.closed());
    this.keys = (event) => this.key(event);
    document.addEventListener("keydown", this.keys);
    this.before = location.href;
    this.enter(this.items[index]);
    pswp.init();
    pswp.element.setAttribute("aria-label", this.words.photos);
    this.awake();
    this.tell("open");
  }

  /** Bars of the lightbox: counter, download, zoom, help, close; caption below. */
  dress(pswp) {
    const download = this.stream.dataset.download !== "none";
    pswp.on("uiRegister", () => {
      const add = (name, order, init, extra = {}) =>
        pswp.ui.registerElement({ name, order, appendTo: "bar", onInit: init, ...extra });
      const button = (name, order, icon, title, onClick) =>
        add(name, order, (element) => this.icon(element, icon), { isButton: true, title, ariaLabel: title, onClick });
      add("count", 5, (element) => {
        this.count = element;
      });
      add(
        "motion",
        7,
        (element) => {
          element.textContent = "LIVE";
          this.motion = element;
        },
        {
          isButton: true,
          title: this.words.motion,
          ariaLabel: this.words.motion,
          onClick: () => (this.moving ? this.rest() : this.move()),
        },
      );
      if (download)
        add(
          "take",
          8,
          (element) => {
            this.icon(element, "download");
            this.take = element;
          },
          { isButton: true, tagName: "a", title: this.words.download, ariaLabel: this.words.download },
        );
      if (this.stream.dataset.historyUrl)
        add(
          "log",
          8.5,
          (element) => {
            this.icon(element, "restore");
            this.log = element;
          },
          { isButton: true, tagName: "a", title: this.words.history, ariaLabel: this.words.history },
        );
      if (this.stream.dataset.factsUrl)
        add("facts", 8.7, (element) => this.icon(element, "info"), {
          isButton: true,
          title: this.words.information,
          ariaLabel: this.words.information,
        });
      if (this.stream.dataset.facesUrl)
        add("who", 8.8, (element) => this.icon(element, "face"), {
          isButton: true,
          title: this.stream.dataset.facesTitle,
          ariaLabel: this.stream.dataset.facesTitle,
        });
      button("zoomer", 9, "search", this.words.zoom, () => pswp.toggleZoom());
      button("help", 10, "keyboard", this.words.help, () => this.help());
      button("leave", 20, "close", this.words.close, () => this.close());
      add(
        "note",
        30,
        (element) => {
          this.note = element;
        },
        { appendTo: "root" },
      );
      add(
        "again",
        31,
        (element) => {
          const back = { type: "button", className: "btn", textContent: this.words.again };
          element.append(Object.assign(document.createElement("button"), back));
          element.firstChild.addEventListener("click", () => pswp.goTo(0));
          this.again = element;
        },
        { appendTo: "root" },
      );
    });
    for (const kind of ["pointermove", "pointerdown", "keydown", "focusin"])
      pswp.on("firstUpdate", () => pswp.element.addEventListener(kind, () => this.awake()));
  }

  /** Videos stand in their slides as players: nothing is fetched before the viewer presses play. */
  playVideos(pswp) {
    const isVideo = (content) => Boolean(content?.data.video);
    pswp.on("contentLoad", (event) => {
      const { content } = event;
      if (!isVideo(content)) return;
      event.preventDefault();
      content.element = player(content.data, this.words.preparing);
      content.state = "loaded";
    });
    pswp.on("contentDeactivate", ({ content }) => isVideo(content) && video(content)?.pause());
    pswp.on("contentDestroy", ({ content }) => isVideo(content) && video(content)?.removeAttribute("src"));
    pswp.addFilter("isContentZoomable", (zoomable, content) => zoomable && !isVideo(content));
    pswp.addFilter("useContentPlaceholder", (use, content) => use || isVideo(content));
    // The player's own controls take the pointer; swiping begins beside it.
    pswp.on("pointerDown", (event) => event.originalEvent.target.closest?.("video") && event.preventDefault());
  }

  /** Play the moving part of a live photo over the still, once. Nothing of it is fetched before. */
  move() {
    const { live } = this.items[this.pswp.currIndex];
    const still = this.pswp.currSlide?.content.element;
    if (!live || this.moving || !still) return;
    const film = (this.moving = document.createElement("video"));
    const box = still.getBoundingClientRect();
    film.className = "motion";
    film.playsInline = true;
    for (const side of ["left", "top", "width", "height"]) film.style[side] = `${box[side]}px`;
    film.addEventListener("ended", () => this.rest());
    film.addEventListener("error", () => {
      this.rest();
      this.live.textContent = this.words.preparing;
      if (this.note) this.note.textContent = this.words.preparing;
    });
    film.src = live;
    this.pswp.element.append(film);
    this.motion?.setAttribute("aria-pressed", "true");
    // Where a browser wants a tap for sound, the picture moves without it.
    film.play().catch(() => {
      film.muted = true;
      film.play().catch(() => this.rest());
    });
  }

  /** The still again. */
  rest() {
    clearTimeout(this.hold);
    this.motion?.setAttribute("aria-pressed", "false");
    this.moving?.remove();
    this.moving = null;
  }

  icon(element, name) {
    element.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${this.stream.dataset.icons}#${name}"/></svg>`;
  }

  changed() {
    const { pswp } = this;
    const photo = this.items[pswp.currIndex];
    this.recount();
    this.note.textContent = photo.note;
    if (this.motion) this.motion.hidden = !photo.live;
    if (this.take) Object.assign(this.take, { href: photo.download });
    if (this.log) this.log.href = `${this.stream.dataset.historyUrl}${photo.id}/history/`;
    history.replaceState({ photo: photo.id }, "", address(photo.id));
    const more = document.getElementById("more");
    if (more && this.items.length - pswp.currIndex < 8) window.htmx?.trigger(more, "intersect");
    this.again.hidden = Boolean(more) || pswp.currIndex + 1 < this.items.length || this.items.length < 3;
    if (this.shown !== undefined && this.shown !== photo.id) this.tell("change");
  }

  /** Say which of how many is shown. The page tells the total, perhaps later than the tiles: there are at least those. */
  recount() {
    if (!this.pswp) return;
    const first = Number(this.stream.dataset.first || 0);
    const number = first + this.pswp.currIndex + 1;
    const total = Math.max(Number(this.stream.dataset.total || 0), first + this.items.length);
    this.count.textContent = fill(this.words.place, { number, total });
    this.live.textContent = fill(this.words.photo, { number, total });
  }

  /** Tell the page's other modules which photo is shown: "open", "change" or "close". They put their controls in `root`. */
  tell(what) {
    const { pswp } = this;
    const { id } = this.items[pswp.currIndex];
    this.shown = what === "close" ? undefined : id;
    document.dispatchEvent(
      new CustomEvent(`lightbox:${what}`, { detail: { id, index: pswp.currIndex, root: pswp.element, pswp } }),
    );
  }

  /** More tiles came into the page: let the open lightbox go on to them. */
  grow() {
    if (!this.pswp) return;
    const known = this.items.length;
    links(this.stream)
      .slice(known)
      .forEach((link) => this.items.push(item(link)));
    if (this.items.length > known) {
      this.pswp.refreshSlideContent(known);
      this.changed();
      this.pswp.dispatch("change");
    }
  }

  /** Take a photo out that the viewer has left; what is shown stays. Its tile goes by whoever asked for this. */
  drop(id) {
    const { pswp, items = [] } = this;
    const index = items.findIndex((one) => one.id === id);
    if (!pswp || index < 0 || index === pswp.currIndex) return;
    // The library knows its slides and what it has loaded by number: those behind move up by one.
    pswp.contentLoader.removeByIndex(index);
    for (let later = index + 1; later < items.length; later += 1) {
      const content = pswp.contentLoader.getContentByIndex(later);
      if (content) content.index -= 1;
    }
    for (const { slide } of pswp.mainScroll.itemHolders) if (slide?.index > index) slide.index -= 1;
    items.splice(index, 1);
    if (index < pswp.currIndex) {
      pswp.currIndex -= 1;
      pswp.potentialIndex = pswp.currIndex;
    }
    this.stream.dataset.total = Math.max(0, Number(this.stream.dataset.total || 0) - 1);
    pswp.refreshSlideContent(pswp.currIndex - 1);
    pswp.refreshSlideContent(pswp.currIndex + 1);
  }

  enter(photo) {
    this.scrolling = history.scrollRestoration;
    history.scrollRestoration = "manual";
    history.pushState({ photo: photo.id }, "", address(photo.id));
  }

  close(byHistory = false) {
    this.byHistory = byHistory;
    this.pswp?.close();
  }

  closed() {
    const last = this.items[this.pswp.currIndex];
    const place = links(this.stream).indexOf(last.link);
    this.tell("close");
    document.removeEventListener("keydown", this.keys);
    clearTimeout(this.idle);
    this.pswp = null;
    this.panel = null;
    this.take = null;
    this.log = null;
    this.motion = null;
    if (!this.byHistory) history.replaceState(null, "", withoutPhoto(this.before));
    this.byHistory = false;
    history.scrollRestoration = this.scrolling;
    this.live.textContent = "";
    // The photo may have left the page with the lightbox: then the one that took its place.
    const home = last.link.isConnected
      ? last.link
      : links(this.stream)
          .slice(0, place + 1)
          .pop();
    if (home) ring(home);
  }

  key(event) {
    const { pswp } = this;
    if (
      event.target.closest?.("input, textarea, select, dialog, [contenteditable]") ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey
    )
      return;
    const { id } = this.items[pswp.currIndex];
    // Other modules have their keys too; who took one prevents ours.
    const asked = new CustomEvent("lightbox:key", { detail: { key: event.key, id }, cancelable: true });
    if (!document.dispatchEvent(asked)) {
      event.preventDefault();
      this.awake();
      return;
    }
    const deeds = {
      ArrowLeft: () => pswp.currIndex > 0 && pswp.prev(),
      ArrowRight: () => pswp.currIndex < this.items.length - 1 && pswp.next(),
      Home: () => pswp.goTo(0),
      End: () => pswp.goTo(this.items.length - 1),
      Escape: () => this.oneLayer(),
      z: () => pswp.toggleZoom(),
      "+": () => this.zoom(1.5),
      "=": () => this.zoom(1.5),
      "-": () => this.zoom(1 / 1.5),
      _: () => this.zoom(1 / 1.5),
      0: () => pswp.zoomTo(pswp.currSlide.zoomLevels.fit, undefined, 180),
      d: () => this.take?.click(),
      v: () => (this.moving ? this.rest() : this.move()),
      "?": () => this.help(),
    };
    const deed = deeds[event.key] ?? deeds[event.key.toLowerCase()];
    if (!deed) return;
    event.preventDefault();
    this.awake();
    deed();
  }

  /** Escape takes away one layer: the help, then the zoom, then the lightbox. */
  oneLayer() {
    const slide = this.pswp.currSlide;
    if (this.panel) this.help();
    else if (slide.currZoomLevel > slide.zoomLevels.initial * 1.01)
      this.pswp.zoomTo(slide.zoomLevels.initial, undefined, 180);
    else this.close();
  }

  zoom(factor) {
    const slide = this.pswp.currSlide;
    const level = Math.min(Math.max(slide.currZoomLevel * factor, slide.zoomLevels.fit), slide.zoomLevels.max);
    this.pswp.zoomTo(level, undefined, 120);
  }

  help() {
    if (this.panel) {
      this.panel.remove();
      this.panel = null;
      return;
    }
    const { words } = this;
    const rows = [
      ["←", "→", words.keyTurn],
      [words.keyHome, words.keyEnd, words.keyEnds],
      ["Z", "", words.keyZoom],
      ["+", "−", words.keySteps],
      ["0", "", words.keyFit],
      ["Esc", "", words.keyClose],
    ];
    if (this.items[this.pswp.currIndex].live) rows.splice(5, 0, ["V", "", words.keyMotion]);
    if (this.stream.dataset.download !== "none") rows.splice(5, 0, ["D", "", words.keyDownload]);
    document.dispatchEvent(new CustomEvent("lightbox:help", { detail: { rows } }));
    this.panel = document.createElement("div");
    this.panel.className = "keys";
    this.panel.setAttribute("role", "status");
    this.panel.innerHTML = `<h2>${words.keys}</h2><dl>${rows.map(([a, b, does]) => `<dt><kbd>${a}</kbd>${b ? ` <kbd>${b}</kbd>` : ""}</dt><dd>${does}</dd>`).join("")}</dl>`;
    this.pswp.element.append(this.panel);
  }

  awake() {
    this.pswp?.element?.classList.remove("is-idle");
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      const { element } = this.pswp ?? {};
      if (!this.panel && !element?.classList.contains("has-facts")) element?.classList.add("is-idle");
    }, IDLE);
  }
}

/** Fetch a stylesheet; resolves also when it cannot be had, for the photo matters more. */
function style(href) {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  document.head.append(sheet);
  return new Promise((done) => {
    sheet.onload = sheet.onerror = done;
  });
}

function links(stream) {
  return [...stream.querySelectorAll("a.t, .t > a")];
}

function linkOf(tile) {
  return tile?.matches("a") ? tile : tile?.querySelector(":scope > a");
}

function video(content) {
  return content.element?.querySelector("video");
}

/** A player with its poster; what cannot be played yet says so. */
function player({ video: src, src: poster, alt }, preparing) {
  const box = document.createElement("div");
  box.className = "player";
  const film = Object.assign(document.createElement("video"), {
    src,
    poster,
    controls: true,
    playsInline: true,
    preload: "none",
  });
  film.setAttribute("aria-label", alt);
  film.addEventListener("error", () => {
    if (box.querySelector("p")) return;
    box.append(Object.assign(document.createElement("p"), { textContent: preparing }));
    box.lastChild.setAttribute("role", "status");
  });
  box.append(film);
  return box;
}

function item(link) {
  const image = link.querySelector("img");
  const tile = link.closest(".t");
  const full = link.dataset.full || link.href;
  const width = Number(image.getAttribute("width"));
  const thumb = (image.getAttribute("srcset") || "").split(", ").pop();
  return {
    link,
    element: link,
    id: tile.id.slice(2),
    src: full,
    srcset: thumb ? `${thumb}, ${full} ${width}w` : undefined,
    width,
    height: Number(image.getAttribute("height")),
    msrc: image.currentSrc || image.src,
    thumbCropped: true,
    alt: image.alt,
    note: link.dataset.note || "",
    video: link.dataset.video || "",
    live: link.dataset.live || "",
    type: link.dataset.video ? "video" : "image",
    name: tile.dataset.name || "",
    download: link.dataset.dl || `${link.href}download/`,
  };
}

function address(id) {
  const url = new URL(location.href);
  url.searchParams.set("photo", id);
  url.hash = "";
  return url.href;
}

function withoutPhoto(href) {
  const url = new URL(href);
  url.searchParams.delete("photo");
  return url.href;
}

/** Back in the grid: show the last photo and ring it for a second. */
function ring(link) {
  const box = link.getBoundingClientRect();
  if (box.top < 72 || box.bottom > innerHeight) link.scrollIntoView({ block: "center", behavior: "instant" });
  link.focus({ preventScroll: true });
  link.classList.add("is-back");
  setTimeout(() => link.classList.remove("is-back"), 1000);
}
