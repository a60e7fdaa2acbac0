// A long list is searched by typing: a <select data-search> of more than twenty becomes a field that offers what fits.
// The select stays and is what the form sends; without this script it is the field itself.
const MANY = 20;
let lists = 0;

/** As it is compared: without case and accents, as the server folds words. */
const folded = (text) =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/\s+/g, " ")
    .trim();

/** The option that is meant by what was typed: its whole text, or all of the words, in no other one. */
function meant(options, typed) {
  const wanted = folded(typed);
  const whole = options.find((one) => folded(one.text) === wanted);
  if (whole || !wanted) return whole;
  const words = wanted.split(" ");
  const near = options.filter((one) => words.every((word) => folded(one.text).includes(word)));
  return near.length === 1 ? near[0] : undefined;
}

/** One of many: a field with a list below it. */
function combine(select) {
  const options = [...select.options];
  const list = Object.assign(document.createElement("datalist"), { id: `pick-${++lists}` });
  list.append(...options.map((one) => Object.assign(document.createElement("option"), { value: one.text.trim() })));
  const field = Object.assign(document.createElement("input"), { className: select.className || "input", autocomplete: "off" });
  field.setAttribute("list", list.id);
  field.type = "text";
  // The label is that of the field now.
  field.id = select.id || `${list.id}-field`;
  select.removeAttribute("id");
  const rest = () => {
    field.value = select.selectedOptions[0]?.text.trim() ?? "";
    field.placeholder = "";
  };
  const take = (one) => {
    if (!one || one.selected) return;
    one.selected = true;
    for (const kind of ["input", "change"]) select.dispatchEvent(new Event(kind, { bubbles: true }));
  };
  // The list offers what holds the text of the field: an empty one offers all.
  field.addEventListener("focus", () => {
    field.placeholder = field.value;
    field.value = "";
  });
  field.addEventListener("input", (event) => {
    event.stopPropagation();
    take(options.find((one) => folded(one.text) === folded(field.value)));
  });
  field.addEventListener("change", (event) => event.stopPropagation());
  field.addEventListener("blur", () => {
    take(field.value && meant(options, field.value));
    rest();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !field.value) return;
    const one = meant(options, field.value);
    // What is in no option sends nothing.
    if (!one) event.preventDefault();
    take(one);
  });
  rest();
  select.hidden = true;
  select.before(field, list);
}

/** Several of many: a field above the list leaves those that fit and those that are chosen. */
function narrow(select) {
  const field = Object.assign(document.createElement("input"), { type: "search", className: "input", placeholder: "Search" });
  field.setAttribute("aria-label", "Search the list");
  field.addEventListener("input", (event) => {
    event.stopPropagation();
    const words = folded(field.value).split(" ");
    for (const one of select.options)
      one.hidden = !one.selected && !words.every((word) => folded(one.text).includes(word));
  });
  field.addEventListener("change", (event) => event.stopPropagation());
  field.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  select.before(field);
}

function enhance(root) {
  for (const select of root.querySelectorAll("select[data-search]")) {
    if (select.options.length <= MANY || "searched" in select.dataset) continue;
    select.dataset.searched = "";
    if (select.multiple) narrow(select);
    else combine(select);
  }
}

enhance(document);
document.addEventListener("htmx:load", (event) => enhance(event.target.parentElement ?? document));
