// What is typed about a photo and not yet sent. It outlives moving on, closing and a failed request.
const key = (id, parent) => `glassine.draft.${id}.${parent}`;

/** The draft {body, x, y} of a photo, or null. parent: the comment that it answers, or "". */
export function draft(id, parent = "") {
  try {
    return JSON.parse(sessionStorage.getItem(key(id, parent)));
  } catch {
    return null;
  }
}

/** Keep what the form holds; an empty form keeps nothing. */
export function keep(id, form) {
  const { body, x, y } = form.elements;
  const parent = form.dataset.say;
  try {
    if (!body.value.trim() && !x?.value) sessionStorage.removeItem(key(id, parent));
    else
      sessionStorage.setItem(
        key(id, parent),
        JSON.stringify({ body: body.value, x: x?.value ?? "", y: y?.value ?? "" }),
      );
  } catch (error) {
    console.info("The draft is not kept:", error.message);
  }
}

/** It was sent. */
export function forget(id, parent = "") {
  try {
    sessionStorage.removeItem(key(id, parent));
  } catch (error) {
    console.info("The draft stays:", error.message);
  }
}

/** Put drafts into the forms of a panel that was just loaded. */
export function restore(id, panel) {
  for (const form of panel.querySelectorAll("form[data-say]")) {
    const kept = draft(id, form.dataset.say);
    if (!kept || form.elements.body.value) continue;
    for (const [name, value] of Object.entries(kept)) if (form.elements[name]) form.elements[name].value = value;
    const fold = form.closest("details");
    if (fold) fold.open = true;
  }
}
