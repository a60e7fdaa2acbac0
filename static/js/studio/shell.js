// The studio's frame: theme, menus, dialogs, toasts, copy buttons.
import "./share.js";

const dialog = document.getElementById("dialog");
const toasts = document.getElementById("toasts");
const sprite = document.querySelector("svg.icon use")?.getAttribute("href").split("#")[0];

document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  if (at("[data-theme-switch]")) switchTheme();
  if (at("[data-copy]")) copy(at("[data-copy]"));
  if (at("[data-open]")) {
    event.preventDefault();
    document.querySelector(at("[data-open]").dataset.open).showModal();
  }
  if (at("[data-close]")) {
    const open = at("dialog");
    if (open) open.close();
    else history.back();
  }
  if (event.target instanceof HTMLDialogElement && outside(event)) event.target.close();
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target) || at(".menu__list a, .menu__list button")) menu.open = false;
});

document.addEventListener(
  "keydown",
  (event) => {
    const menu = document.querySelector("details.menu[open]");
    if (event.key !== "Escape" || !menu) return;
    event.preventDefault();
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
  },
  true,
);

// A dialog scrolls, so it would cut a menu off: the menu goes to the top layer, where there is room for it.
document.addEventListener(
  "toggle",
  ({ target: menu }) => {
    if (!(menu instanceof HTMLDetailsElement) || !menu.open || !menu.matches("details.menu")) return;
    if (menu.closest("dialog")) lift(menu);
    else keepInside(menu);
  },
  true,
);
document.addEventListener(
  "scroll",
  ({ target }) => {
    for (const menu of document.querySelectorAll("dialog details.menu[open]"))
      if (!menu.querySelector(".menu__list").contains(target)) menu.open = false;
  },
  true,
);

/** A menu hangs at the end of its button: on a phone it may have to be moved into the screen. */
function keepInside(menu) {
  const list = menu.querySelector(".menu__list");
  list.style.translate = "";
  const { left, right } = list.getBoundingClientRect();
  const over = right - (document.documentElement.clientWidth - 8);
  const move = left < 8 ? 8 - left : Math.min(0, -over);
  if (move) list.style.translate = `${move}px`;
}

function lift(menu) {
  const list = menu.querySelector(".menu__list");
  const button = menu.querySelector("summary").getBoundingClientRect();
  list.popover = "manual";
  list.classList.add("is-lifted");
  if (!list.matches(":popover-open")) list.showPopover();
  const { width, height } = list.getBoundingClientRect();
  const below = innerHeight - button.bottom - 12;
  const top = height <= below ? button.bottom + 6 : Math.max(6, Math.min(button.top - 6 - height, innerHeight - height - 6));
  list.style.top = `${top}px`;
  list.style.left = `${Math.max(6, Math.min(button.right - width, innerWidth - width - 6))}px`;
}

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "dialog-body") return;
  const link = event.detail.requestConfig?.elt;
  const body = event.detail.target;
  document.getElementById("dialog-title").textContent =
    body.querySelector("[data-title]")?.dataset.title || link?.dataset.dialog || "";
  dialog.classList.toggle("dialog--wide", link?.hasAttribute("data-dialog-wide") ?? false);
  if (!dialog.open) dialog.showModal();
  body.querySelector("[autofocus], input:not([type=hidden], [readonly]), button")?.focus();
});
document.body.addEventListener("dialog:close", () =>
  document.querySelectorAll("dialog[open]").forEach((one) => one.close()),
);
document.body.addEventListener("toast", (event) => toast(event.detail));
document.body.addEventListener("htmx:responseError", (event) =>
  toast({ text: words(event.detail.xhr), level: "error" }),
);
document.body.addEventListener("htmx:sendError", () =>
  toast({ text: "No connection. Nothing was changed; try again.", level: "error" }),
);
toasts
  ?.querySelectorAll(".toast")
  .forEach((element) => arm(element, element.dataset.level, element.querySelector("form") ? 10000 : 5000));

/** Show what the answer to a `fetch` has to say, as htmx does for its own. */
export function told(answer) {
  const { toast: detail } = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}");
  if (detail) toast(detail);
}

/** Show a message; errors stay until they are closed, an undo stays 10 seconds, the rest 5. label: the word for the undo. */
export function toast({ text, level = "info", undo = "", label = "Undo" }) {
  if (!toasts || !text) return;
  const element = document.createElement("div");
  element.className = `toast${level === "error" ? " toast--error" : ""}`;
  element.append(Object.assign(document.createElement("p"), { textContent: text }));
  if (undo) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
    button.addEventListener("click", () => {
      element.remove();
      const undone = new CustomEvent("glassine:undone", { cancelable: true });
      // A page that does not know how to show it anew is loaded again.
      window.htmx
        .ajax("POST", undo, { swap: "none", source: document.body })
        .then(() => document.dispatchEvent(undone) && location.reload());
    });
    element.append(button);
  }
  toasts.append(element);
  // The top layer: a toast must be readable above an open dialog too.
  toasts.popover = "manual";
  if (toasts.matches(":popover-open")) toasts.hidePopover();
  toasts.showPopover();
  while (toasts.children.length > 3) toasts.firstElementChild.remove();
  arm(element, level, undo ? 10000 : 5000);
}

function arm(element, level, stay = 5000) {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.setAttribute("aria-label", "Close this message");
  button.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${sprite}#close"/></svg>`;
  button.addEventListener("click", () => element.remove());
  element.append(button);
  if (level === "error") return;
  let timer = setTimeout(() => element.remove(), stay);
  for (const kind of ["mouseenter", "focusin"]) element.addEventListener(kind, () => clearTimeout(timer));
  for (const kind of ["mouseleave", "focusout"])
    element.addEventListener(kind, () => {
      timer = setTimeout(() => element.remove(), stay);
    });
}

function words(xhr) {
  try {
    return JSON.parse(xhr.responseText).error.message;
  } catch {
    const known = {
      403: "Your role does not allow this.",
      404: "That is no longer here.",
      429: "Too many requests. Wait a moment.",
      507: "There is no space left.",
    };
    return known[xhr.status] || "That did not work. Try again in a moment.";
  }
}

function outside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try {
    localStorage.setItem("glassine.theme", root.dataset.theme);
  } catch (error) {
    console.info("The theme holds for this page only:", error.name);
  }
}

async function copy(button) {
  const field = document.querySelector(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy");
  }
  const label = button.querySelector("span");
  const before = label.textContent;
  label.textContent = "Copied";
  setTimeout(() => {
    label.textContent = before;
  }, 2000);
}
