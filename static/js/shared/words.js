// Words and numbers as the page's language writes them.

/** What a grid and its lightbox say (see layouts/_stream_words.html). */
export function streamWords() {
  return document.getElementById("stream-words").dataset;
}

/** "{number} of {total}" with the values in their places; numbers are grouped. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (place, name) => {
    const value = values[name] ?? place;
    return typeof value === "number" ? value.toLocaleString(document.documentElement.lang) : value;
  });
}

/** "1 photo", "1,204 photos". */
export function many(number, word) {
  return `${number.toLocaleString()} ${word}${number === 1 ? "" : "s"}`;
}

/** Bytes in words, as a photographer reads them. */
export function size(bytes) {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let step = 0;
  let value = bytes;
  for (; value >= 1000 && step < 4; step += 1) value /= 1000;
  return `${value.toLocaleString(undefined, { maximumFractionDigits: value < 10 && step > 2 ? 1 : 0 })} ${units[step]}`;
}

/** A share of one: "45%", and "45 %" in German. */
export function percent(share) {
  return share.toLocaleString(document.documentElement.lang, { style: "percent" });
}
