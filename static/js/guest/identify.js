// Asks a guest for a name and an e-mail address when a deed needs to know who it is. The words come from the server.
import { get, post } from "../shared/http.js";

let asking = null;

/**
 * Do a deed as a known person. deed: a function that returns the promise of a Response; it runs again once the guest
 * has said who it is. Gives the last Response; one with status 409 means that the sheet was closed.
 */
export async function asPerson(deed) {
  const answer = await deed();
  const url = await identityOf(answer);
  if (!url) return answer;
  // Two deeds at the same moment share one sheet.
  asking ||= ask(url).finally(() => {
    asking = null;
  });
  return (await asking) ? deed() : answer;
}

async function identityOf(answer) {
  if (answer?.status !== 409) return "";
  try {
    const told = await answer.clone().json();
    return told.code === "who" ? told.url : "";
  } catch {
    return "";
  }
}

/** Open the sheet; true once the person is known, false when it was closed. */
async function ask(url) {
  const sheet = document.createElement("dialog");
  sheet.className = "who-sheet";
  sheet.setAttribute("aria-labelledby", "who-title");
  await show(sheet, await get(url, "part"));
  document.body.append(sheet);
  sheet.showModal();
  sheet.querySelector("input:not([type=hidden])")?.focus();
  return new Promise((done) => {
    let known = false;
    // The lightbox and the gallery listen on the document: what is typed here is not for them.
    for (const kind of ["keydown", "keyup", "focusin"])
      sheet.addEventListener(kind, (event) => event.stopPropagation());
    sheet.addEventListener("submit", async (event) => {
      event.preventDefault();
      known = await send(sheet, event.target);
      if (known) sheet.close();
    });
    sheet.addEventListener("click", (event) => {
      const again = event.target.closest("[data-who-again]");
      if (!again && !event.target.closest("[data-who-close]") && event.target !== sheet) return;
      event.preventDefault();
      if (again) load(sheet, again.href);
      else sheet.close();
    });
    sheet.addEventListener("close", () => {
      sheet.remove();
      done(known);
    });
  });
}

async function send(sheet, form) {
  const buttons = sheet.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  try {
    const answer = await post(form.action, new FormData(form), "either");
    if (answer.headers.get("Content-Type")?.startsWith("application/json") && answer.ok) {
      const person = await answer.json();
      document.dispatchEvent(new CustomEvent("visitor:known", { detail: person }));
      return true;
    }
    await show(sheet, answer);
    (sheet.querySelector("[aria-invalid=true]") || sheet.querySelector("input:not([type=hidden])"))?.focus();
  } catch (error) {
    tell(sheet, "offline", error);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
  return false;
}

async function load(sheet, url) {
  try {
    await show(sheet, await get(url, "part"));
    sheet.querySelector("input:not([type=hidden])")?.focus();
  } catch (error) {
    tell(sheet, "offline", error);
  }
}

/** Put the server's answer into the sheet; a link that closed meanwhile loads the page anew. */
async function show(sheet, answer) {
  if (answer.headers.get("HX-Refresh")) {
    location.reload();
    await new Promise(() => {});
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".who");
  if (!page) {
    tell(sheet, "failed", answer.status);
    return;
  }
  sheet.replaceChildren(page);
  await styled(page.dataset.css);
}

/** The sheet's stylesheet, once: the gallery's first photo does not wait for it. */
function styled(href) {
  const url = new URL(href, location.href).href;
  if ([...document.styleSheets].some((one) => one.href === url)) return null;
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  document.head.append(link);
  return new Promise((done) => {
    link.addEventListener("load", done, { once: true });
    link.addEventListener("error", done, { once: true });
  });
}

function tell(sheet, which, reason) {
  console.info("The sheet was not sent:", reason?.message ?? reason);
  const line = sheet.querySelector("[data-who-error]");
  if (!line) throw new Error("The sheet could not be opened.");
  line.textContent = sheet.querySelector(".who").dataset[which];
  line.hidden = false;
}
