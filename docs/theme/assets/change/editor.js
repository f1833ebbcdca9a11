/* A field for a text with the colors of the page's own code: lines that the page shows keep them, others are marked
   as changed. A plain text area lies over the colored lines, so that keyboard, undo and screen readers work as
   everywhere. */

const LONG = 200_000; // letters from which a text has no colors
const MOST = 5_000; // lines that have colors
const TYPED = 1_000; // letters that are put in as if they were typed

const escaped = (text) => text.replace(/[&<>]/g, (letter) => `&#${letter.codePointAt(0)};`);

export class Editor {
  #colored;
  #due;

  /* `code` is the page's block of the proven text, or nothing; without `compared` no line is marked as changed. */
  constructor(place, { label, code, text, compared = true }) {
    this.proven = text;
    this.compared = compared;
    this.#colored = new Map();
    const colors = code ? [...lines(code)] : [];
    text.split("\n").forEach((line, number) => {
      if (colors[number] !== undefined) this.#colored.set(line, colors[number]);
    });
    place.className = "change-editor";
    this.under = Object.assign(document.createElement("pre"), { ariaHidden: "true", className: "highlight" });
    this.area = Object.assign(document.createElement("textarea"), {
      value: text,
      spellcheck: false,
      autocapitalize: "off",
      autocomplete: "off",
      wrap: "off",
      ariaLabel: label,
    });
    place.replaceChildren(this.under, this.area);
    // A text that is pasted comes as one event for each of its lines.
    this.area.addEventListener("input", () => (this.#due ??= requestAnimationFrame(() => this.#paint())));
    this.area.addEventListener("scroll", () => this.#follow(), { passive: true });
    this.#paint();
  }

  get text() {
    return this.area.value;
  }

  /* Where little differs, as if the reader had typed it: undo brings the text before it back. */
  set text(text) {
    const was = this.text;
    let from = 0;
    while (from < was.length && was[from] === text[from]) from++;
    let to = 0;
    while (to < Math.min(was.length, text.length) - from && was.at(-1 - to) === text.at(-1 - to)) to++;
    const own = text.slice(from, text.length - to);
    this.area.focus();
    this.area.setSelectionRange(from, was.length - to);
    // The one way that browsers have to change a field so that undo still works; for a whole file it takes seconds.
    const typed = was !== text && own.length < TYPED
      && document.execCommand(own ? "insertText" : "delete", false, own);
    if (!typed || this.text !== text) {
      this.area.value = text;
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    this.area.setSelectionRange(0, 0);
  }

  mark(numbers) {
    this.marked = new Set(numbers);
    this.#paint();
  }

  goTo(number) {
    const before = this.text.split("\n").slice(0, number - 1);
    const from = before.reduce((sum, line) => sum + line.length + 1, 0);
    this.area.focus();
    this.area.setSelectionRange(from, from + (this.text.split("\n")[number - 1] ?? "").length);
    const height = this.area.scrollHeight / this.text.split("\n").length;
    this.area.scrollTop = Math.max(0, height * (number - 4));
  }

  #paint() {
    this.#due = undefined;
    const lines = this.text.split("\n");
    // Every line is an element: of more, the field shows the text itself.
    const plain = lines.length > MOST || this.text.length > LONG;
    this.under.parentElement?.classList.toggle("plain", plain);
    if (plain) {
      this.under.replaceChildren();
      return;
    }
    const known = this.compared && new Set(this.proven.split("\n"));
    this.under.innerHTML = lines
      .map((line, index) => {
        const kind = [this.marked?.has(index + 1) && "marked", known && !known.has(line) && "changed"].filter(Boolean).join(" ");
        return `<span${kind ? ` class="${kind}"` : ""}>${this.#colored.get(line) ?? escaped(line)}\n</span>`;
      })
      .join("");
    this.#follow();
  }

  #follow() {
    this.under.scrollTop = this.area.scrollTop;
    this.under.scrollLeft = this.area.scrollLeft;
  }
}

/* The lines of a block of code, as HTML, without the notes in it. */
const lines = (code) => {
  const copy = code.cloneNode(true);
  for (const note of copy.querySelectorAll(".code-note")) note.remove();
  return copy.innerHTML.split("\n");
};
