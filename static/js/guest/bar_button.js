/** A button in the bar of the open lightbox, the first of the buttons on the right. root: the lightbox; icons: address of the sprite. */
export function barButton(root, icons, icon, title = "") {
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: `pswp__button pswp__button--${icon}`,
    title,
  });
  if (title) button.setAttribute("aria-label", title);
  button.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${icons}#${icon}"/></svg>`;
  const bar = root.querySelector(".pswp__top-bar");
  const before = bar.querySelector(".pswp__preloader") ?? bar.querySelector(".pswp__count");
  bar.insertBefore(button, before?.nextSibling ?? null);
  return button;
}
