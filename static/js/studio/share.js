// The share dialog: the date of expiry in words; the sentence itself comes from the server.
document.addEventListener("input", (event) => {
  const date = event.target.closest('[data-link-form] input[type="date"]');
  const line = date?.closest("[data-link-form]").querySelector("[data-date-words]");
  if (!line) return;
  line.hidden = !date.value;
  line.textContent = date.value ? inWords(date.value) : "";
});

function inWords(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  const part = (options) => new Date(year, month - 1, day).toLocaleDateString(document.documentElement.lang, options);
  return `${part({ weekday: "short" })} ${day} ${part({ month: "short" })}, end of day`;
}
