// Contrast is most of what axe computes, and it computes it of every word in every line of a list. From here on it takes
// the first few of those that look alike: of the same classes, in the same colours and type, before the same ground.
(() => {
  const MOST = 3;
  const rule = axe._audit.rules.find(one => one.id === "color-contrast");
  const matches = rule.matches;
  let counts, grounds;

  // What all of its elements show behind a text, from the outermost in.
  const ground = element => {
    if (!element) return "";
    let found = grounds.get(element);
    if (found === undefined) {
      const { backgroundColor, backgroundImage, opacity, position } = getComputedStyle(element);
      found = `${ground(element.parentElement)}|${backgroundColor} ${backgroundImage} ${opacity} ${position}`;
      grounds.set(element, found);
    }
    return found;
  };

  const look = element => {
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(element);
    const [own, above] = [element, element.parentElement].map(one => `${one?.tagName}.${one?.getAttribute("class")}`);
    const state = element.matches(":disabled, [aria-disabled]");
    return [own, above, color, fontSize, fontWeight, textShadow, state, ground(element)].join(";");
  };

  const says = element => element.matches("input, select, textarea, button")
    || [...element.childNodes].some(one => one.nodeType === Node.TEXT_NODE && one.data.trim());

  rule.matches = function (element, ...more) {
    if (!says(element)) return matches.call(this, element, ...more);
    const name = look(element), count = counts.get(name) ?? 0;
    if (count >= MOST || !matches.call(this, element, ...more)) return false;
    counts.set(name, count + 1);
    return true;
  };
  window.axeBegins = () => {
    counts = new Map();
    grounds = new Map();
  };
})();
