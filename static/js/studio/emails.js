// The email beside the form follows what is typed. Without this script, "Preview" posts the form into the frame.
const REST = 600;
// A longer address may be refused on its way; then the button shows the email.
const LONGEST = 6000;
const form = document.getElementById("email-form");
const frame = document.getElementById("email-preview");
let timer = 0;

function show() {
  const query = new URLSearchParams(new FormData(form));
  for (const name of [...query.keys()]) if (/csrf|batch|addresses/.test(name)) query.delete(name);
  const address = `${form.dataset.preview}?${query}`;
  // Replaced, so that Back leaves the page instead of walking through what was typed.
  if (address.length < LONGEST) frame.contentWindow.location.replace(address);
}

if (form?.dataset.preview) {
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, REST);
  });
}
