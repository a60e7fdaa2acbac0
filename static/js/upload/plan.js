// Look first: what will be sent and what not, before the first byte moves.
import { many, size } from "../shared/words.js";
import { isSidecar, objection } from "./files.js";
import { FILE_WORDS } from "./words.js";

/**
 * Ask about `found` [{file, folder}]; resolves to {files: [{file, section, title, replace}], skipped} or null; title: of
 * the section that its folder becomes; replace: "name" or the id of the photo whose file it takes the place of.
 *
 * isAgreed: nothing is asked where all of it can be sent.  known(files): {same, alike}, what the gallery has by name and
 * size, and by name alone.  onto: the tile that a single file was dropped on.
 */
export async function plan(found, { limits, quotaLeft, section, sectionTitle, albumTitle, isAgreed, known, onto }) {
  const skipped = [];
  let good = [];
  for (const one of found) {
    const reason = await objection(one.file, limits, FILE_WORDS);
    if (reason) skipped.push({ file: one.file, reason });
    else good.push(one);
  }
  // A file that is dropped on a photo is meant, whatever it is called.
  const { same, alike } = onto ? { same: new Set(), alike: new Set() } : await known(good.map((one) => one.file).filter((file) => !isSidecar(file)));
  for (const { file } of good) if (same.has(file)) skipped.push({ file, reason: "Already in this gallery" });
  good = good.filter((one) => !same.has(one.file));
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
  // Sidecars go last, behind the photos that they are about, and make no sections.
  good = [...good.filter((one) => !isSidecar(one.file)), ...good.filter((one) => isSidecar(one.file))];
  const bytes = good.reduce((sum, one) => sum + one.file.size, 0);
  const photos = good.filter((one) => !isSidecar(one.file));
  const beside = good.length - photos.length;
  const folders = [...new Set(photos.map((one) => one.folder).filter(Boolean))];
  const isPlain =
    !alike.size && !onto && skipped.every((one) => one.reason === FILE_WORDS.hidden) && (quotaLeft === null || bytes <= quotaLeft);
  if (isAgreed && good.length && isPlain)
    return {
      files: good.map((one) => ({ file: one.file, section, title: isSidecar(one.file) ? "" : one.folder.split("/").pop() })),
      skipped,
    };
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.id = "upload-plan";
  dialog.setAttribute("aria-labelledby", "plan-title");
  dialog.innerHTML = `<form method="dialog"><div class="dialog__head"><h2 id="plan-title"></h2></div><div class="dialog__body stack"></div></form>`;
  const what = photos.length ? contents(photos, limits.videos) : many(beside, "sidecar");
  dialog.querySelector("h2").textContent = good.length
    ? `Add ${what} to “${sectionTitle || albumTitle}”`
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
  const pairs = pairsOf(good);
  if (pairs) body.append(line(`${many(pairs, "photo")} as RAW and JPEG. Each pair is shown as one photo.`, "muted"));
  if (beside)
    body.append(line(`${many(beside, "sidecar")} (XMP). Each joins the photo of its name, now or when it comes.`, "muted"));
  if (onto && photos.length) body.append(choices(`“${good[0].file.name}” was dropped on ${onto.dataset.name}.`, ONTO));
  else if (alike.size) body.append(choices(namesakes(alike.size), ALIKE));
  if (folders.length) body.append(folderFields(folders, photos, limits.videos));
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
      const how = dialog.querySelector("[name=how]:checked")?.value;
      const left = how === "skip" ? good.filter((one) => alike.has(one.file)) : [];
      for (const { file } of left) skipped.push({ file, reason: "A photo here has this name" });
      good = good.filter((one) => !left.includes(one));
      const replace = ({ file }) =>
        how !== "replace" ? "" : onto ? onto.id.slice(2) : alike.has(file) ? "name" : "";
      dialog.remove();
      done(
        go
          ? {
              files: good.map((one) => ({
                file: one.file,
                section,
                title: (split && !isSidecar(one.file) && names.get(one.folder)) || "",
                replace: replace(one),
              })),
              skipped,
            }
          : null,
      );
    }),
  );
}

const ALIKE = [
  ["replace", "Replace them, keep marks, comments and order"],
  ["both", "Keep both"],
  ["skip", "Skip these files"],
];
const ONTO = [
  ["replace", "Replace the photo, keep marks, comments and order"],
  ["both", "Add as a new photo"],
];

function namesakes(number) {
  return number === 1 ? "1 file has the name of a photo here." : `${number} files have the names of photos here.`;
}

function choices(text, options) {
  const box = document.createElement("fieldset");
  box.className = "stack";
  box.append(Object.assign(document.createElement("legend"), { textContent: text }));
  for (const [index, [value, words]] of options.entries()) {
    const row = document.createElement("label");
    row.className = "check";
    row.innerHTML = `<input type="radio" name="how"><span></span>`;
    Object.assign(row.firstChild, { value, checked: index === 0 });
    row.lastChild.textContent = words;
    box.append(row);
  }
  return box;
}

const RAW_ENDINGS =
  /\.(3fr|arw|cr2|cr3|crw|dcr|dng|erf|fff|gpr|iiq|kdc|mef|mos|mrw|nef|nrw|orf|pef|ptx|raf|raw|rw2|rwl|sr2|srf|srw|x3f)$/i;

/** How many RAW files have a JPEG of the same name beside them. */
function pairsOf(found) {
  const stem = ({ file, folder }) => `${folder}/${file.name.replace(/\.[^.]*$/, "")}`.toLowerCase();
  const jpegs = new Set(found.filter(({ file }) => /\.jpe?g$/i.test(file.name)).map(stem));
  return found.filter((one) => RAW_ENDINGS.test(one.file.name) && jpegs.has(stem(one))).length;
}

/** "4 photos and 1 video": a pair is one photo. videos: endings of files that are films. */
function contents(found, videos) {
  const films = found.filter(({ file }) => videos.has(file.name.split(".").pop().toLowerCase())).length;
  const photos = found.length - films - pairsOf(found);
  return [photos && many(photos, "photo"), films && many(films, "video")].filter(Boolean).join(" and ");
}

/** The outermost folder of a found file, "" for one that was dropped by itself. */
function top(one) {
  return one.folder.split("/")[0];
}

function folderFields(folders, good, videos) {
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
    row.lastChild.textContent = contents(
      good.filter((one) => one.folder === folder),
      videos,
    );
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
