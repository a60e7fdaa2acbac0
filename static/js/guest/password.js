// Lets people see the password they type. Without this script the field is what it was.
const button = document.querySelector("[data-show-password]");
const field = document.querySelector("input[type=password]");

if (button && field) {
  const had = document.activeElement === field;
  const box = Object.assign(document.createElement("div"), { className: "secret" });
  field.replaceWith(box);
  box.append(field, button);
  button.hidden = false;
  if (had) field.focus();
  button.addEventListener("click", () => {
    const isShown = field.type === "password";
    field.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", isShown);
    field.focus();
  });
}
