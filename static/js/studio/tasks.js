// The chip of one's own tasks: in the layout of every page, it follows them to their end and tells how they ended.
import { post } from "../shared/http.js";
import { toast } from "./shell.js";
import { connect } from "./socket.js";

const PACE = 300;
// Beside the socket, for what it could not tell; alone when there is none.
const NET = 15000;
const POLL = 3000;

let timer = 0;
let asked = Date.now();
let hangUp = null;
let isOpen = false;
const told = new Set();

const chip = () => document.getElementById("task-chip");

/** Fetch the chip anew, soon. */
function refresh() {
  timer ||= setTimeout(() => {
    timer = 0;
    asked = Date.now();
    fetchPart("#task-chip", chip().dataset.url);
    // The page of all tasks shows the same.
    if (document.getElementById("tasks")) fetchPart("#tasks", location.href);
  }, PACE);
}

function fetchPart(part, url) {
  window.htmx.ajax("GET", url, { source: part, target: part, swap: "outerHTML" });
}

/** Listen while something is at work, and tell what ended. */
function look() {
  const tasks = [...chip().querySelectorAll("[data-task]")];
  const isBusy = tasks.some((task) => ["waiting", "running"].includes(task.dataset.state));
  if (isBusy && !hangUp) {
    hangUp = connect(
      chip().dataset.socket,
      (message) => message.type === "tasks" && refresh(),
      (state) => {
        isOpen = state;
        // What happened before it opened was told to nobody.
        if (isOpen) refresh();
      },
    );
  }
  if (!isBusy && hangUp) {
    hangUp();
    hangUp = null;
  }
  tasks.forEach(tell);
}

/** How a task ended: what went well is a message, what failed stays in the chip until it is tried again or closed. */
function tell(task) {
  const { task: id, state, message, undo, seen } = task.dataset;
  // At work, perhaps once more.
  if (!message) {
    told.delete(id);
    return;
  }
  const isNew = !told.has(id);
  told.add(id);
  if (state !== "failed") {
    task.remove();
    chip().hidden = !chip().querySelector("[data-task]");
    if (isNew) toast({ text: message, undo });
    post(seen, {}, "part").catch((error) => console.info("The end of a task may be told again:", error.message));
  }
  if (isNew) document.dispatchEvent(new CustomEvent("glassine:task", { detail: { state } }));
}

document.body.addEventListener("task", refresh);
document.body.addEventListener("htmx:afterSwap", () => chip() && look());
setInterval(() => {
  if (hangUp && !document.hidden && Date.now() - asked > (isOpen ? NET : POLL)) refresh();
}, 1000);
look();
