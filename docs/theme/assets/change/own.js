/* A reader's own template or policy: the field for it, the form with its choices, and the answer. What stands in form
   and answer is written by the checker; this carries text there and back. */
import { Asking, bytes, styled, words } from "./asking.js";
import { Editor } from "./editor.js";

const LARGEST = 2_000_000; // letters, or bytes of a file; a template has at most 1 MB

export const open = async (place) => {
  const find = (selector) => place.querySelector(selector);
  const [w, examples] = await Promise.all([
    words(),
    bytes(new URL("../own/examples.bin", import.meta.url)),
    styled(),
  ]);
  const form = find(".own-form");
  const answer = find(".change-answer");
  const field = find(".own-editor");
  find(".own-begin").hidden = true;
  find(".own-desk").hidden = false;
  const chooser = find(".own-examples");
  const editor = new Editor(field, { label: field.dataset.label, text: "", compared: false });
  chooser.focus();

  let shown = "";
  let wanted = null; // what the fields have as soon as they are there
  const touched = new Set();

  const values = () => {
    if (!shown) return wanted;
    const fields = [...form.querySelectorAll("[name]")];
    return Object.fromEntries(
      fields.map(({ name, type, checked, value }) => [name, type === "checkbox" ? (checked ? "yes" : "no") : value]),
    );
  };

  const restore = (kept) => {
    for (const element of form.querySelectorAll("[name]:not([type=hidden])")) {
      const value = kept?.[element.name];
      if (value === undefined || !touched.has(element.name)) continue;
      if (element.type === "checkbox") element.checked = value === "yes";
      else if (element.localName !== "select" || [...element.options].some((option) => option.value === value))
        element.value = value;
      if (value && value !== "no") element.closest("details")?.setAttribute("open", "");
    }
  };

  const renew = (html) => {
    const kept = values();
    const { name, selectionStart } = form.contains(document.activeElement) ? document.activeElement : {};
    const unfolded = [...form.querySelectorAll("details")].map((element) => element.open);
    // Made by the guide's own templates, which escape what the text says.
    form.innerHTML = shown = html;
    wanted = null;
    form.querySelectorAll("details").forEach((element, index) => (element.open = unfolded[index] ?? element.open));
    restore(kept);
    const focused = name && form.querySelector(`[name="${CSS.escape(name)}"]`);
    focused?.focus();
    if (focused && selectionStart !== null) focused.setSelectionRange?.(selectionStart, selectionStart);
  };

  const clear = () => {
    form.innerHTML = shown = "";
    answer.innerHTML = "";
    editor.mark([]);
  };

  const asking = new Asking({
    words: w,
    state: find(".change-state"),
    question: () => {
      const { text } = editor;
      if (text.trim() && text.length <= LARGEST)
        return { ask: "own", text, language: document.documentElement.lang, chosen: values() };
      clear();
      asking.say(text.trim() ? tooLarge() : w.change_own_empty);
      return undefined;
    },
    show: (found, question) => {
      if (found.form !== null && found.form !== shown) renew(found.form);
      answer.innerHTML = found.html;
      editor.mark(found.lines);
      asking.say(answer.querySelector(".change-outcome").textContent, { quiet: true });
      // The fields have other values than those that were asked for, once the text has others to choose from.
      if (shown && question.chosen && JSON.stringify(values()) !== JSON.stringify(question.chosen)) asking.later();
    },
  });

  const tooLarge = () => w.change_own_large.replace("{limit}", String(LARGEST / 1e6));

  /* Another text, of which nothing is chosen yet but what comes with it. */
  const fresh = (text, chosen) => {
    clear();
    touched.clear();
    wanted = chosen;
    for (const name of Object.keys(chosen ?? {})) touched.add(name);
    editor.text = text;
  };

  const take = async (file) => {
    if (file.size > LARGEST) {
      asking.say(tooLarge());
      return;
    }
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
      chooser.value = "";
      fresh(text, null);
    } catch {
      asking.say(w.change_own_unreadable);
    }
  };

  editor.area.addEventListener("input", () => asking.later());
  chooser.addEventListener("change", () => {
    const one = examples[chooser.value];
    if (!one) return;
    fresh(one.text, one.chosen);
    chooser.focus();
  });
  form.addEventListener("input", ({ target }) => {
    touched.add(target.name);
    asking.later();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  answer.addEventListener("click", ({ target }) => {
    const button = target.closest("button[data-line]");
    if (button) editor.goTo(Number(button.dataset.line));
  });
  const opener = find("[type=file]");
  opener.addEventListener("change", async () => {
    if (opener.files[0]) await take(opener.files[0]);
    opener.value = ""; // the same file may be opened again
  });
  place.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  place.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });

  await asking.begin();
  if (asking.checker) await asking.check();
};
