// The list of galleries: what is dropped here begins a gallery, which it goes into as soon as it has a name.
import { many } from "../shared/words.js";
import { fromDrop } from "../upload/files.js";
import { enter } from "./enter.js";
import { toast } from "./shell.js";

const isFiles = (event) => event.dataTransfer?.types.includes("Files");
const button = document.getElementById("new-gallery");
const dialog = document.getElementById("dialog");
let found = [];

// Once the gallery's page has come in place of this one, files are its own affair.
const isHere = () => button?.isConnected;

addEventListener("dragover", (event) => {
  if (!isHere() || !isFiles(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = document.querySelector("dialog[open]") ? "none" : "copy";
});

addEventListener("drop", async (event) => {
  if (!isHere() || !isFiles(event)) return;
  event.preventDefault();
  if (document.querySelector("dialog[open]")) return;
  const dropped = await fromDrop(event.dataTransfer);
  if (!dropped.length) {
    toast({ text: "There are no files in what you dropped.", level: "error" });
    return;
  }
  const name = onlyFolder(dropped);
  // The folder became the gallery; those inside become its sections.
  found = name ? dropped.map((one) => ({ ...one, folder: one.folder.split("/").slice(1).join("/") })) : dropped;
  document.body.addEventListener("htmx:afterSettle", () => told(name), { once: true });
  button.click();
});

/** The folder in which all of it lies, "" if there is none. */
function onlyFolder(dropped) {
  const tops = new Set(dropped.map((one) => one.folder.split("/")[0]));
  return tops.size === 1 ? [...tops][0] : "";
}

function told(name) {
  const title = dialog.querySelector("input[name=title]");
  if (!title) return;
  if (!title.value) title.value = name;
  title.select();
  const words = `${many(found.length, "file")} will be added as soon as the gallery is created.`;
  title.form.prepend(Object.assign(document.createElement("p"), { className: "note", textContent: words }));
}

dialog.addEventListener("close", () => {
  found = [];
});

// The answer leads to the new gallery. A browser takes files from one page to no other, so that page comes here.
document.body.addEventListener("htmx:beforeOnLoad", async (event) => {
  const url = event.detail.xhr.getResponseHeader("HX-Redirect");
  if (!url || !found.length || !dialog.contains(event.detail.elt)) return;
  event.preventDefault();
  const files = found;
  if (await enter(url)) document.dispatchEvent(new CustomEvent("glassine:dropped", { detail: files }));
});

// How many are chosen, beside what can be done to them.
const bulk = document.getElementById("bulk");
function counted() {
  bulk.querySelector("output").textContent = `${document.querySelectorAll(".card__pick:checked").length} selected`;
}
bulk?.addEventListener("reset", () => setTimeout(counted));
document.addEventListener("change", (event) => event.target.matches(".card__pick") && counted());
