/** A button in the bar of the open lightbox, behind the counter. root: the lightbox; icons: address of the sprite. */
export function barButton(root, icons, icon, title = "") {
  const button = Object.assign(document.createElement("button"), { type: "button", className: `pswp__button pswp__button--${icon}`, title });
  if (title) button.setAttribute("aria-label", title);
  button.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${icons}#${icon}"/></svg>`;
  const bar = root.querySelector(".pswp__top-bar");
  bar.insertBefore(button, bar.querySelector(".pswp__count")?.nextSibling ?? null);
  return button;
}
