// The cover's focus: a click, a drag or the arrow keys move the ring; the fields hold the point, in percent.
// The stylesheet knows each fifth percent, and galleries show no finer ones.
const STEP = 5;
const KEYS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

document.addEventListener("pointerdown", (event) => {
  const photo = event.target.closest(".focus__photo");
  if (!photo || event.button !== 0) return;
  event.preventDefault();
  photo.setPointerCapture(event.pointerId);
  photo.querySelector(".focus__ring").focus({ preventScroll: true });
  aim(photo, event);
});

document.addEventListener("pointermove", (event) => {
  const photo = event.target.closest?.(".focus__photo");
  if (photo?.hasPointerCapture(event.pointerId)) aim(photo, event);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest(".focus__ring")?.form;
  const [x, y] = KEYS[event.key] ?? [];
  if (!form || x === undefined) return;
  event.preventDefault();
  set(form, Number(form.focal_x.value) + x, Number(form.focal_y.value) + y);
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("#focus");
  if (form) show(form);
});

// A first photo that was the cover by default is chosen now, and its tile says so.
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.target.id !== "focus" || !event.detail.successful) return;
  document.querySelector("#stream .is-cover")?.classList.remove("is-cover");
  document.getElementById(`p-${event.target.photo.value}`)?.classList.add("is-cover");
});

function aim(photo, event) {
  const box = photo.getBoundingClientRect();
  set(
    photo.closest("form"),
    ((event.clientX - box.left) / box.width) * 100,
    ((event.clientY - box.top) / box.height) * 100,
  );
}

function set(form, x, y) {
  form.focal_x.value = step(x);
  form.focal_y.value = step(y);
  show(form);
}

function show(form) {
  const kept = [...form.classList].filter((name) => !/^f[xy]\d+$/.test(name));
  form.className = [...kept, `fx${step(form.focal_x.value)}`, `fy${step(form.focal_y.value)}`].join(" ");
}

function step(percent) {
  return Math.min(100, Math.max(0, Math.round(Number(percent) / STEP) * STEP));
}
