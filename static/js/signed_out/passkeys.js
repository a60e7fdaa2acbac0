// Passkeys on the sign-in page and on the page of two-step sign-in: the server asks, the browser's device answers.
import { post } from "../shared/http.js";

const box = document.querySelector("[data-passkey]");
if (box && window.PublicKeyCredential) {
  box.hidden = false;
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    run(box);
  });
}

/** Ask the server what to ask, the device for an answer, and go where the server says. */
async function run(form) {
  const button = form.querySelector("button");
  const told = form.querySelector("[data-passkey-error]");
  button.disabled = true;
  told.hidden = true;
  try {
    const fields = Object.fromEntries(new FormData(form));
    const { publicKey } = await asked(await post(form.dataset.begin, fields));
    const isNew = form.dataset.passkey === "add";
    const made = isNew
      ? await navigator.credentials.create({ publicKey: decoded(publicKey) })
      : await navigator.credentials.get({ publicKey: decoded(publicKey) });
    const { url } = await asked(await post(form.action, { ...fields, answer: JSON.stringify(encoded(made)) }));
    location.assign(url);
    return;
  } catch (error) {
    console.info("The passkey was not used:", error.message);
    // Whoever closes the browser's own sheet knows what they did.
    told.textContent = error.isTold ? error.message : form.dataset.failed;
    told.hidden = error.name === "NotAllowedError" || error.name === "AbortError";
  }
  button.disabled = false;
}

/** The data of an answer; the server's own sentence as an error if it refused. */
async function asked(answer) {
  const data = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
  if (answer.ok && !answer.redirected) return data;
  throw Object.assign(new Error(data.message ?? answer.status), { isTold: Boolean(data.message) });
}

/** What the server asks, with bytes where the browser wants bytes. */
function decoded(options) {
  const lists = {};
  for (const name of ["excludeCredentials", "allowCredentials"])
    if (options[name]) lists[name] = options[name].map((one) => ({ ...one, id: bytes(one.id) }));
  const user = options.user && { ...options.user, id: bytes(options.user.id) };
  return { ...options, ...lists, ...(user && { user }), challenge: bytes(options.challenge) };
}

/** What the device answers, as JSON. */
function encoded({ id, rawId, type, response }) {
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[name]) parts[name] = text(response[name]);
  return { id, rawId: text(rawId), type, response: parts };
}

function bytes(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
