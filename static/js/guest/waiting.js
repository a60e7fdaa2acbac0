// Hearts that wait on this device until the guest says who they are: photo and address of each, by link.
const LONGEST = 500;

export class Waiting {
  /** key: names the link. isDeclined: the guest has closed the question on this page, and is not asked at each heart. */
  constructor(key) {
    this.key = `hearts.${key}`;
    this.isDeclined = false;
    this.kept = new Map(read(this.key));
  }

  get size() {
    return this.kept.size;
  }

  get ids() {
    return [...this.kept.keys()];
  }

  has(id) {
    return this.kept.has(id);
  }

  urlOf(id) {
    return this.kept.get(id);
  }

  add(id, url) {
    if (this.kept.size < LONGEST) this.kept.set(id, String(url));
    this.write();
  }

  delete(id) {
    if (this.kept.delete(id)) this.write();
  }

  write() {
    try {
      if (this.kept.size) localStorage.setItem(this.key, JSON.stringify([...this.kept]));
      else localStorage.removeItem(this.key);
    } catch (error) {
      console.info("The hearts are kept for this page alone:", error.message);
    }
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) || "[]");
  } catch {
    return [];
  }
}
