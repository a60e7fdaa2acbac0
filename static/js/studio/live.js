// Live state: the socket says which photos changed, the page fetches them through its own door.
// Without a socket, and as a safety net beside it, the unfinished photos are asked for.
import { get } from "../shared/http.js";
import { connect } from "./socket.js";

const BATCH = 100;
const POLL = 3000;
const NET = 8000;

/** Keep the tiles of `stream` true. Other parts listen to "glassine:photo" {id, state, reason} and say "glassine:watch" {id}. */
export function live(stream) {
  const watched = new Set();
  const queue = new Set();
  let timer = 0;
  let albumTimer = 0;
  let open = false;
  let asked = 0;

  const tell = (id, state, reason = "") => {
    if (state !== "processing") watched.delete(id);
    document.dispatchEvent(new CustomEvent("glassine:photo", { detail: { id, state, reason } }));
  };
  const want = (ids) => {
    ids.forEach((id) => queue.add(id));
    timer ||= setTimeout(fetchTiles, 200);
  };
  const album = () => {
    albumTimer ||= setTimeout(() => {
      albumTimer = 0;
      document.dispatchEvent(new CustomEvent("glassine:album"));
    }, 1200);
  };

  async function fetchTiles() {
    timer = 0;
    const ids = [...queue].slice(0, BATCH);
    ids.forEach((id) => queue.delete(id));
    try {
      const answer = await get(`${stream.dataset.tilesUrl}?ids=${ids.join(",")}`, "part");
      if (answer.ok) show(await answer.text(), ids);
    } catch {
      // The connection broke: the safety net asks for them again.
      ids.forEach((id) => watched.add(id));
    }
    if (queue.size) timer = setTimeout(fetchTiles, 50);
  }

  function show(html, asked) {
    const part = document.createElement("template");
    part.innerHTML = html;
    // What is asked for and not there went: a RAW file has joined its JPEG, or somebody took the photo out.
    for (const id of asked.filter((one) => !part.content.getElementById(`p-${one}`))) {
      document.getElementById(`p-${id}`)?.remove();
      tell(id, "ready");
    }
    for (const tile of [...part.content.querySelectorAll(".t")]) {
      const id = tile.id.slice(2);
      const state = tile.classList.contains("is-wait")
        ? "processing"
        : tile.classList.contains("is-bad")
          ? "failed"
          : "ready";
      put(stream, tile);
      window.htmx?.process(tile);
      if (state === "processing") watched.add(id);
      tell(id, state, state === "failed" ? tile.querySelector("p").textContent : "");
    }
    album();
  }

  async function ask() {
    const ids = [
      ...new Set([...watched, ...[...document.querySelectorAll(".t.is-wait")].map((tile) => tile.id.slice(2))]),
    ].slice(0, BATCH);
    if (!ids.length || (document.hidden && open)) return;
    const answer = await get(`${stream.dataset.statusUrl}?ids=${ids.join(",")}`).catch(() => null);
    if (!answer?.ok) return;
    const { photos } = await answer.json();
    const done = photos.filter((photo) => photo.state !== "processing").map((photo) => photo.id);
    if (done.length) want(done);
  }

  document.addEventListener("glassine:watch", (event) => {
    watched.add(event.detail.id);
    want([event.detail.id]);
  });
  setInterval(() => {
    asked += POLL;
    if (open && asked < NET) return;
    asked = 0;
    ask();
  }, POLL);
  // A page that arrives later may hold a photo of the strip "Just added": its own place wins.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "more") return;
    const ids = [...event.detail.serverResponse.matchAll(/id="(p-[^"]+)"/g)].map((match) => match[1]);
    ids.forEach((id) => document.querySelector(`#fresh > [id="${id}"]`)?.remove());
  });
  connect(
    `${stream.dataset.socket}?version=${stream.dataset.version}`,
    (message) => {
      if (message.type === "photos") want(message.ids);
      if (message.type === "album") album();
    },
    (state) => {
      open = state;
      if (open) ask();
    },
  );
}

/** Put a fresh tile where its older self is, else where it belongs. */
function put(stream, tile) {
  const old = document.getElementById(tile.id);
  if (old) {
    const box = old.querySelector(".pick");
    const fresh = tile.querySelector(".pick");
    if (box && fresh) fresh.checked = box.checked;
    old.replaceWith(tile);
    return;
  }
  const only = stream.dataset.section;
  if (only && tile.dataset.section !== only) return;
  tile.classList.add("is-new");
  if (document.getElementById("more")) {
    // Later pages are not here yet: show it in the strip above until its place is.
    document.getElementById("fresh").append(tile);
    return;
  }
  const peers = [...stream.querySelectorAll(":scope > .t")].filter(
    (one) => one.dataset.section === tile.dataset.section,
  );
  const heading = tile.dataset.section && document.getElementById(`s-${tile.dataset.section}`);
  if (peers.length) peers.at(-1).after(tile);
  else if (heading) heading.after(tile);
  else if (!tile.dataset.section) stream.prepend(tile);
  else document.dispatchEvent(new CustomEvent("glassine:unknown-section"));
}
