// The studio's proofing pages: names to the clipboard by one click, and all checkboxes at once.
import { toast } from "./shell.js";

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-copy-names]");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!link || !plain || !navigator.clipboard) return;
  event.preventDefault();
  copyNames(link);
});

/** Fetch the names and put them on the clipboard; where that is not allowed, open the page with them. */
async function copyNames(link) {
  const text = fetch(link.dataset.copyNames, { credentials: "same-origin" }).then((answer) => {
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.text();
  });
  try {
    // Safari allows writing only if the text is promised while the click is still fresh.
    if (window.ClipboardItem?.supports?.("text/plain")) {
      await navigator.clipboard.write([
        new ClipboardItem({ "text/plain": text.then((words) => new Blob([words], { type: "text/plain" })) }),
      ]);
    } else await navigator.clipboard.writeText(await text);
  } catch {
    location.href = link.href;
    return;
  }
  const label = link.querySelector("span");
  const before = label.textContent;
  label.textContent = "Copied";
  setTimeout(() => {
    label.textContent = before;
  }, 2000);
  toast({ text: "The names are on the clipboard." });
}

const all = document.querySelector("[data-check-all]");
const boxes = () => [...document.querySelectorAll(".proof__pick")];

// Each box chosen by hand says "these", so "all" must not speak for the others.
all?.addEventListener("change", () => {
  for (const box of boxes()) box.checked = all.checked;
});
document.addEventListener("change", (event) => {
  if (all && event.target.matches(".proof__pick") && !event.target.checked) all.checked = false;
});

// A filter shows its photos at once; the button is for browsers without scripts.
document.querySelector(".proof-ask")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());
