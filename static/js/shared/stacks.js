// A stack is one tile with a number on it. A tap on the number shows the other frames beside it, another one folds them.
// Without scripts the number leads to a page of the frames.
const stream = document.getElementById("stream");

stream?.addEventListener(
  "click",
  (event) => {
    const badge = event.target.closest(".stack-badge");
    if (!badge || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (badge.getAttribute("aria-expanded") === "true") fold(badge);
    else unfold(badge);
  },
  true,
);

function fold(badge) {
  const frames = stream.querySelectorAll(`.is-frame[data-in-stack="${badge.dataset.stack}"]`);
  for (const tile of frames) tile.remove();
  show(badge, false, -frames.length);
}

async function unfold(badge) {
  badge.setAttribute("aria-busy", "true");
  try {
    // The page asks for a part of itself, as htmx does.
    const answer = await fetch(badge.href, { headers: { "HX-Request": "true", "HX-Target": "more" } });
    if (!answer.ok) throw new Error(answer.status);
    const part = document.createElement("template");
    part.innerHTML = await answer.text();
    const top = badge.closest(".t");
    const frames = [...part.content.querySelectorAll(".t")].filter((tile) => !document.getElementById(tile.id));
    for (const tile of frames) tile.classList.add("is-frame");
    top.after(...frames);
    show(badge, true, frames.length);
    window.htmx?.process(stream);
  } catch {
    location.assign(badge.href);
  } finally {
    badge.removeAttribute("aria-busy");
  }
}

/** more: tiles that the grid has now beyond those it had; the lightbox counts by them. */
function show(badge, open, more) {
  badge.setAttribute("aria-expanded", open);
  badge.closest(".t").classList.toggle("is-unfolded", open);
  stream.dataset.total = Number(stream.dataset.total || 0) + more;
}
