// Look first: what will be sent and what not, before the first byte moves.
import { many, size } from "../shared/words.js";
import { HIDDEN, objection } from "./files.js";

/**
 * Ask about `found` [{file, folder}]; resolves to {files: [{file, section, title}], skipped} or null; title: of the section
 * that its folder becomes. isAgreed: nothing is asked where all of it can be sent.
 */
export async function plan(found, { limits, quotaLeft, section, sectionTitle, albumTitle, isAgreed }) {
  const skipped = [];
  const good = [];
  for (const one of found) {
    const reason = await objection(one.file, limits);
    if (reason) skipped.push({ file: one.file, reason });
    else good.push(one);
  }
  // What was dropped stands in the order of the drop; what lies in a folder by name, as the file manager shows it.
  // Sections are made in this order.
  const natural = new Intl.Collator(undefined, { numeric: true });
  const tops = [...new Set(good.map(top))];
  const dropped = new Map(tops.map((name, index) => [name, index]));
  good.sort(
    (a, b) =>
      dropped.get(top(a)) - dropped.get(top(b)) ||
      natural.compare(a.folder, b.folder) ||
      natural.compare(a.file.name, b.file.name),
  );
  const bytes = good.reduce((sum, one) => sum + one.file.size, 0);
  const folders = [...new Set(good.map((one) => one.folder).filter(Boolean))];
  const isPlain = skipped.every((one) => one.reason === HIDDEN) && (quotaLeft === null || bytes <= quotaLeft);
  if (isAgreed && good.length && isPlain)
    return { files: good.map((one) => ({ file: one.file, section, title: one.folder.split("/").pop() })), skipped };
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.id = "upload-plan";
  dialog.setAttribute("aria-labelledby", "plan-title");
  dialog.innerHTML = `<form method="dialog"><div class="dialog__head"><h2 id="plan-title"></h2></div><div class="dialog__body stack"></div></form>`;
  dialog.querySelector("h2").textContent = good.length
    ? `Add ${many(good.length, "photo")} to “${sectionTitle || albumTitle}”`
    : "Nothing to add";
  const body = dialog.querySelector(".dialog__body");
  if (good.length)
    body.append(
      line(`${size(bytes)} in all${quotaLeft === null ? "" : `. Your plan has ${size(quotaLeft)} left`}.`, "muted"),
    );
  if (quotaLeft !== null && bytes > quotaLeft)
    body.append(
      line(
        `That is ${size(bytes - quotaLeft)} more than your plan has left. What fits is stored, the rest is told.`,
        "note note--bad",
      ),
    );
  if (folders.length) body.append(folderFields(folders, good));
  if (skipped.length) body.append(reasons(skipped));
  body.insertAdjacentHTML(
    "beforeend",
    `<div class="dialog__foot"><button class="btn btn--quiet" value="">Cancel</button>${good.length ? '<button class="btn btn--main" value="go" autofocus>Start the upload</button>' : ""}</div>`,
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((done) =>
    dialog.addEventListener("close", () => {
      const names = new Map(
        [...dialog.querySelectorAll("[data-folder]")].map((input) => [input.dataset.folder, input.value.trim()]),
      );
      const split = dialog.querySelector("#make-sections")?.checked;
      const go = dialog.returnValue === "go";
      dialog.remove();
      done(
        go
          ? {
              files: good.map((one) => ({ file: one.file, section, title: (split && names.get(one.folder)) || "" })),
              skipped,
            }
          : null,
      );
    }),
  );
}

/** The outermost folder of a found file, "" for one that was dropped by itself. */
function top(one) {
  return one.folder.split("/")[0];
}

function folderFields(folders, good) {
  const box = document.createElement("fieldset");
  box.className = "stack";
  box.innerHTML = `<label class="check"><input type="checkbox" id="make-sections" checked><span></span></label><div class="folders"></div>`;
  box.querySelector("span").textContent =
    folders.length === 1 ? "Create a section from the folder" : `Create ${folders.length} sections from folders`;
  for (const folder of folders) {
    const row = document.createElement("label");
    row.innerHTML = `<input class="input" maxlength="120"><span class="hint num"></span>`;
    const input = row.firstChild;
    input.dataset.folder = folder;
    input.value = folder.split("/").pop();
    input.setAttribute("aria-label", `Section for the folder ${folder}`);
    row.lastChild.textContent = many(good.filter((one) => one.folder === folder).length, "photo");
    box.lastChild.append(row);
  }
  box.querySelector("#make-sections").addEventListener("change", (event) => {
    box.lastChild.hidden = !event.target.checked;
  });
  return box;
}

/** Skipped files by reason, with their names to open. */
function reasons(skipped) {
  const box = document.createElement("details");
  box.className = "skips";
  const groups = Map.groupBy ? Map.groupBy(skipped, (one) => one.reason) : group(skipped);
  box.innerHTML = `<summary class="note"><span></span></summary><ul></ul>`;
  box.querySelector("span").textContent =
    `${many(skipped.length, "file")} will be skipped: ${[...groups].map(([reason, list]) => `${list.length} × ${/^[A-Z]{2}/.test(reason) ? reason : reason[0].toLowerCase() + reason.slice(1)}`).join(", ")}`;
  for (const { file, reason } of skipped.slice(0, 100))
    box.lastChild.append(Object.assign(document.createElement("li"), { textContent: `${file.name}: ${reason}` }));
  if (skipped.length > 100)
    box.lastChild.append(
      Object.assign(document.createElement("li"), { textContent: `and ${skipped.length - 100} more` }),
    );
  return box;
}

function group(skipped) {
  const groups = new Map();
  for (const one of skipped) groups.set(one.reason, [...(groups.get(one.reason) ?? []), one]);
  return groups;
}

function line(text, className) {
  return Object.assign(document.createElement("p"), { textContent: text, className });
}
