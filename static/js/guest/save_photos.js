// Phones: photos go into the camera roll through the share sheet, twenty at a time, with ticks on what is saved.
// Everywhere: a tick on each part of an archive whose download was begun. The page is complete without it.
import { get } from "../shared/http.js";
import { fill } from "../shared/words.js";

const place = document.getElementById("save");
const isTouch = matchMedia("(pointer: coarse)").matches;
if (place && isTouch && mayShareFiles()) offer(place);
tickParts();

function mayShareFiles() {
  try {
    return Boolean(navigator.canShare?.({ files: [new File(["x"], "x.jpg", { type: "image/jpeg" })] }));
  } catch {
    return false;
  }
}

/** A line for each batch. */
async function offer(box) {
  const first = await batch(box, 1).catch(() => null);
  if (!first?.total) return;
  box.hidden = false;
  const size = Number(box.dataset.batch);
  const list = box.querySelector("ol");
  for (let number = 1; (number - 1) * size < first.total; number += 1) {
    list.append(line(box, number, (number - 1) * size + 1, Math.min(number * size, first.total)));
  }
}

function line(box, number, first, last) {
  const words = box.dataset;
  const item = document.createElement("li");
  const title = Object.assign(document.createElement("span"), { textContent: fill(words.photos, { first, last }) });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn" });
  title.setAttribute("role", "status");
  item.append(title, button);
  let files = null;
  let ids = [];
  const rest = () => {
    const isSaved = ids.length
      ? ids.every((id) => ticks(box).has(id))
      : ticks(box).has(`${words.size}:${first}-${last}`);
    item.classList.toggle("is-saved", isSaved);
    button.textContent = isSaved ? words.again : words.get;
  };
  rest();
  button.addEventListener("click", async () => {
    if (files) {
      try {
        // The sheet opens only from a tap, so fetching and sharing are two of them.
        await navigator.share({ files });
        tick(box, [...ids, `${words.size}:${first}-${last}`]);
        files = null;
        rest();
      } catch (error) {
        if (error.name !== "AbortError") button.textContent = words.failed;
      }
      return;
    }
    button.disabled = true;
    try {
      const { photos } = await batch(box, number);
      ids = photos.map((photo) => `${words.size}:${photo.id}`);
      files = [];
      for (const photo of photos) {
        button.textContent = fill(words.getting, { done: files.length, total: photos.length });
        files.push(await fetched(photo));
      }
      if (!navigator.canShare({ files })) throw new Error("these files cannot be shared");
      button.textContent = words.save;
    } catch (error) {
      console.info("A batch could not be fetched:", error.message);
      files = null;
      button.textContent = words.failed;
    }
    button.disabled = false;
  });
  return item;
}

async function batch(box, number) {
  const answer = await get(`${box.dataset.url}&number=${number}`);
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  return answer.json();
}

async function fetched(photo) {
  const answer = await fetch(photo.url);
  if (!answer.ok) throw new Error(`answered ${answer.status}`);
  const blob = await answer.blob();
  return new File([blob], photo.name, { type: blob.type });
}

/** What is saved, by link: kept on this device and told to nobody. */
function ticks(box) {
  try {
    return new Set(JSON.parse(localStorage.getItem(`saved.${box.dataset.ticks}`) || "[]"));
  } catch {
    return new Set();
  }
}

function tick(box, keys) {
  const known = [...ticks(box), ...keys];
  try {
    localStorage.setItem(`saved.${box.dataset.ticks}`, JSON.stringify([...new Set(known)].slice(-20_000)));
  } catch (error) {
    console.info("The ticks are not remembered:", error.message);
  }
}

function tickParts() {
  for (const link of document.querySelectorAll("[data-part]")) {
    const box = place;
    const key = `part:${link.dataset.part}`;
    link.classList.toggle("is-taken", ticks(box).has(key));
    link.addEventListener("click", () => {
      tick(box, [key]);
      link.classList.add("is-taken");
    });
  }
}
