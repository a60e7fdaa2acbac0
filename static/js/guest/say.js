// Messages to guests, bottom left. Errors, and what is to stay, are there until they are closed or answered; the rest
// goes after five seconds.
const STAY = 5000;
let place = null;

/** Show a message; `act` is what its button with the word `label` does, `close` the word of the other one. Gives a function that takes it away. */
export function say(text, { error = false, stays = error, label = "", act = null, close }) {
  place ??= makePlace();
  const element = document.createElement("div");
  element.className = error ? "message message--error" : "message";
  element.append(Object.assign(document.createElement("p"), { textContent: text }));
  const remove = () => element.remove();
  const button = (words, deed) => {
    const one = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    one.addEventListener("click", () => {
      remove();
      deed?.();
    });
    element.append(one);
    return one;
  };
  if (act) button(label, act);
  button("×", null).setAttribute("aria-label", close);
  place.append(element);
  while (place.children.length > 3) place.firstElementChild.remove();
  if (!stays) setTimeout(remove, STAY);
  return remove;
}

function makePlace() {
  const made = document.createElement("div");
  made.className = "messages";
  made.setAttribute("role", "status");
  made.setAttribute("aria-live", "polite");
  document.body.append(made);
  return made;
}
