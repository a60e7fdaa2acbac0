// Photos of guests by keyboard: arrows move, Space chooses, A approves, R rejects; without a choice it is the one in focus.
const form = document.getElementById("from-guests");
const boxes = form ? [...form.elements.photo instanceof RadioNodeList ? form.elements.photo : [form.elements.photo]] : [];
const all = form?.elements.all;

const ANSWERS = { a: "approve", r: "reject", delete: "reject", backspace: "reject" };

document.addEventListener("keydown", (event) => {
  if (!form || event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a") {
    event.preventDefault();
    for (const box of boxes) box.checked = true;
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const answer = ANSWERS[event.key.toLowerCase()];
  if (answer) {
    event.preventDefault();
    send(answer);
  } else if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    move(event.key);
  }
});
// Each box chosen by hand says "these".
form?.addEventListener("change", (event) => {
  if (event.target === all) for (const box of boxes) box.checked = all.checked;
  else if (!event.target.checked) all.checked = false;
});

function send(answer) {
  const here = boxes.indexOf(document.activeElement);
  if (!boxes.some((box) => box.checked)) {
    if (here < 0) return;
    boxes[here].checked = true;
  }
  form.requestSubmit(form.querySelector(`[value=${answer}]`));
}

/** To the next box in reading order, or the nearest one in the row above or below. */
function move(key) {
  const here = boxes.indexOf(document.activeElement);
  if (here < 0) {
    boxes[0].focus();
    return;
  }
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key] ?? (key === "ArrowDown" ? across() : -across());
  boxes[Math.min(boxes.length - 1, Math.max(0, here + step))].focus();
}

/** How many photos stand in a row. */
function across() {
  const top = boxes[0].getBoundingClientRect().top;
  const next = boxes.findIndex((box) => box.getBoundingClientRect().top > top + 8);
  return next < 0 ? boxes.length : next;
}
