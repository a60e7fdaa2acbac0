// Time zone fields. Where nobody has chosen yet, the browser's own zone is put in; elsewhere it is offered, if it differs.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const shown = zone?.replaceAll("_", " ");

for (const field of zone ? document.querySelectorAll("[data-zone-guess]") : []) {
  if (field.value === field.defaultValue && field.value === "UTC") field.value = shown;
}

for (const field of zone ? document.querySelectorAll("[data-zone]") : []) {
  if (field.value === shown) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn--quiet";
  button.textContent = `Use ${shown}, your browser’s time zone`;
  button.addEventListener("click", () => {
    field.value = shown;
    button.remove();
    field.focus();
  });
  field.after(button);
}
