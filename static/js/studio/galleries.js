// The list of galleries: what is dropped here begins a gallery, and never takes the place of the page.
import { toast } from "./shell.js";

const isFiles = (event) => event.dataTransfer?.types.includes("Files");

addEventListener("dragover", (event) => {
  if (!isFiles(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = document.querySelector("dialog[open]") ? "none" : "copy";
});

addEventListener("drop", (event) => {
  if (!isFiles(event)) return;
  event.preventDefault();
  const button = document.getElementById("new-gallery");
  if (!button || document.querySelector("dialog[open]")) return;
  const entry = event.dataTransfer.items[0]?.webkitGetAsEntry?.();
  const name = entry?.isDirectory ? entry.name : "";
  // The browser takes files from one page to no other: the gallery's own page has to be given them.
  document.body.addEventListener(
    "htmx:afterSettle",
    () => {
      const title = document.querySelector("#dialog-body input[name=title]");
      if (title && !title.value) title.value = name;
      title?.select();
      toast({ text: "Name the gallery first, then drop the photos on its page." });
    },
    { once: true },
  );
  button.click();
});
