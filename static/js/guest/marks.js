// The buttons of a mark: verdict, label and stars. Pressing the one that is on clears it.

/** Show a mark {verdict, label, stars} on the buttons of a form. */
export function paintMark(form, state) {
  for (const button of form.querySelectorAll("button[data-is]")) {
    const isOn = String(state[button.name] || "") === button.dataset.is;
    button.setAttribute("aria-pressed", String(isOn));
    if (isOn) button.value = button.name === "stars" ? "0" : "";
    else button.value = button.dataset.is;
    if (button.name === "stars") button.classList.toggle("is-on", Number(button.dataset.is) <= state.stars);
  }
}

/** The mark that the buttons of a form show; {} without a form. */
export function readMark(form) {
  const found = {};
  for (const button of form?.querySelectorAll("button[data-is]") ?? []) {
    if (button.getAttribute("aria-pressed") === "true") found[button.name] = button.dataset.is;
    else found[button.name] ??= "";
  }
  if ("stars" in found) found.stars = Number(found.stars);
  return found;
}
