// One large file in parts, by the tus protocol (tus.io, 1.0.0): after a cut or a reload it goes on where it stood.
import { csrfToken } from "../shared/http.js";

/** Files above this size go in parts of it. */
export const PART = 16 * 1024 ** 2;
const PLACES = "glassine:parts:";
// Another window or an older connection has the file, or it stands elsewhere: ask again and go on from there.
const LATER = new Set([409, 423, 460]);

/** What `Queue` knows of a request: status, responseText, getResponseHeader, abort; reached; and cancel, which forgets it. */
export class PartsRequest {
  status = 0;
  /** Bytes that the server is known to have. */
  reached = 0;
  responseText = "";
  #headers = new Headers();
  #xhr = null;
  #ended = false;

  /** told: metadata of the upload.  progress(bytes, isOld) is called as bytes arrive, end() once. */
  constructor(address, file, told, { progress, end }) {
    Object.assign(this, { address, file, told, progress, end });
    // `number` orders a drop, `receipt` names it: both are others the next time.
    const { number, receipt, ...same } = told;
    this.key = PLACES + JSON.stringify([address, same, file.size, file.lastModified]);
  }

  getResponseHeader(name) {
    return this.#headers.get(name);
  }

  async send() {
    try {
      await this.#run();
    } finally {
      if (!this.#ended) {
        this.#ended = true;
        this.end();
      }
    }
  }

  /** Stop for now; the place is kept. */
  abort() {
    this.#ended = true;
    this.#xhr?.abort();
    this.end();
  }

  /** Stop for good. */
  cancel() {
    const place = localStorage.getItem(this.key);
    this.abort();
    this.#forget();
    if (place) this.#ask("DELETE", place).catch(() => {});
  }

  async #run() {
    let at = await this.#start();
    while (at !== null && !this.#ended) {
      const answer = await this.#ask("PATCH", localStorage.getItem(this.key), {
        headers: { "Upload-Offset": at, "Content-Type": "application/offset+octet-stream" },
        body: this.file.slice(at, at + PART),
        from: at,
      });
      at = answer.status === 204 ? this.#arrived(answer) : this.#refused(answer);
    }
  }

  /** How much has arrived, of an upload that is begun if there is none; null when there is nothing to send. */
  async #start() {
    const place = localStorage.getItem(this.key);
    if (!place) return this.#begin();
    const answer = await this.#ask("HEAD", place);
    if (answer.status === 404) {
      this.#forget();
      return this.#begin();
    }
    if (answer.status !== 200) return this.#refused(answer);
    const at = this.#arrived(answer);
    if (at) this.progress(at, true);
    return at;
  }

  async #begin() {
    const pairs = Object.entries(this.told).map(([name, value]) => `${name} ${base64(String(value))}`);
    const answer = await this.#ask("POST", this.address, {
      headers: { "Upload-Length": this.file.size, "Upload-Metadata": pairs.join(",") },
    });
    if (answer.status !== 201) return this.#refused(answer);
    localStorage.setItem(this.key, answer.getResponseHeader("Location"));
    return 0;
  }

  /** The offset that an answer tells, or null at the end. */
  #arrived(answer) {
    const result = answer.getResponseHeader("Upload-Result");
    if (!result) {
      this.reached = Number(answer.getResponseHeader("Upload-Offset"));
      return this.reached;
    }
    this.#forget();
    this.status = 201;
    this.responseText = JSON.stringify({ status: result, photo: { id: answer.getResponseHeader("Upload-Photo") } });
    return null;
  }

  #refused(answer) {
    const wait = answer.getResponseHeader("Retry-After");
    if (wait) this.#headers.set("Retry-After", wait);
    this.status = LATER.has(answer.status) ? 425 : answer.status;
    this.responseText = answer.responseText;
    if ([404, 413, 415, 422].includes(answer.status)) this.#forget();
    return null;
  }

  #forget() {
    localStorage.removeItem(this.key);
  }

  #ask(method, url, { headers = {}, body = null, from = 0 } = {}) {
    const xhr = new XMLHttpRequest();
    if (method !== "DELETE") this.#xhr = xhr;
    xhr.open(method, url);
    const all = { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrfToken(), ...headers };
    for (const [name, value] of Object.entries(all)) xhr.setRequestHeader(name, value);
    if (body) xhr.upload.addEventListener("progress", (event) => this.progress(from + event.loaded, false));
    return new Promise((done) => {
      xhr.addEventListener("loadend", () => done(xhr));
      xhr.send(body);
    });
  }
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
