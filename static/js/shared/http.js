// Requests to our own server: each says which answer it wants, and whatever changes something carries the CSRF token.

/** What can be wanted: data, a part of a page, or either ("the data, else the part that says what is missing"). */
const HEADERS = {
  json: { Accept: "application/json" },
  part: { "HX-Request": "true" },
  either: { Accept: "application/json", "HX-Request": "true" },
};

/** The CSRF token of this page: it stands in the head of the studio's pages and in the forms of the guests'. */
export function csrfToken() {
  const place =
    document.querySelector('meta[name="csrf-token"]') ?? document.querySelector("[name=csrfmiddlewaretoken]");
  return place?.content ?? place?.value ?? "";
}

/** GET an address of ours. wants: a name of HEADERS. Gives the promise of the Response; rejects without a connection. */
export function get(url, wants = "json", { signal } = {}) {
  return fetch(url, { headers: HEADERS[wants], signal });
}

/** POST fields (a form's data, pairs or an object) to an address of ours, and to no other. Answers as `get` does. */
export function post(url, fields, wants = "json") {
  const headers = { ...HEADERS[wants], "X-CSRFToken": csrfToken() };
  return fetch(url, { method: "POST", mode: "same-origin", body: new URLSearchParams(fields), headers });
}
