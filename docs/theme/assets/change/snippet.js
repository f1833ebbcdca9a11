/* "Change it and see" on a snippet's page: the editor, and what the checker says of each change. */
import { Editor } from "./editor.js";
import { load as loadShared, link } from "./sharing.js";
import { Stopped, able, start } from "./runtime.js";

const PAUSE = 200; // milliseconds without a key before a change is checked

const bytes = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).json();
};

const create = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

const styled = () => {
  const sheet = create("link", { rel: "stylesheet", href: new URL("change.css", import.meta.url).href });
  return new Promise((resolve) => {
    sheet.onload = sheet.onerror = resolve;
    document.head.append(sheet);
  });
};

export const open = async (place, shared) => {
  if (!able()) throw new Error("no WebAssembly"); // the sentence that stands there says so
  const name = place.dataset.change;
  const language = document.documentElement.lang;
  const [words, files] = await Promise.all([
    fetch(new URL("words.json", import.meta.url)).then((answer) => answer.json()),
    bytes(new URL(`../proof/${name}.bin`, import.meta.url)),
    styled(),
  ]);
  const w = words[language];
  const path = Object.keys(files).find((file) => new RegExp(`^snippets/${name}\\.(json|yaml)$`).test(file));
  const proven = files[path];

  const status = create("p", { className: "change-status", role: "status" });
  const cancel = create("button", { type: "button", hidden: true, textContent: w.change_cancel });
  const bar = create("progress", { hidden: true, ariaLabel: w.change_starting });
  const answer = create("div", { className: "change-answer" });
  const field = create("div");
  const back = create("button", { type: "button", textContent: w.change_back });
  const share = create("button", { type: "button", textContent: w.change_share });
  const box = create("div", { className: "change-box" },
    create("p", { className: "change-private", textContent: w.change_private }),
    field,
    create("p", { className: "change-buttons" }, back, share),
    create("div", { className: "change-state" }, status, bar, cancel),
    answer,
  );
  for (const child of [...place.children]) if (child.localName !== "summary") child.remove();
  place.append(box);
  const editor = new Editor(field, {
    label: w.change_text,
    code: document.querySelector("[data-file] code"),
    text: proven,
  });

  let checker;
  let chosen = null;
  let busy = false;
  let again = false;

  /* What is shown besides is only said to those who do not see it. */
  const tell = (text, shown = false) => {
    status.textContent = text;
    status.classList.toggle("change-said", shown);
  };

  const show = ({ html, lines, fault }) => {
    if (fault) {
      tell(w.change_fault);
      return;
    }
    // Made by the guide's own templates, which escape what the text says.
    answer.innerHTML = html;
    editor.mark(lines);
    tell(answer.querySelector(".change-outcome").textContent, true);
  };

  const check = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    const slow = setTimeout(() => {
      tell(w.change_working);
      cancel.hidden = false;
    }, 400);
    try {
      show(await checker.ask({ ask: "change", text: editor.text, case: chosen }));
    } catch (error) {
      tell(error instanceof Stopped
        ? (error.message === "too long" ? w.change_too_long : w.change_canceled)
        : w.change_failed);
    } finally {
      clearTimeout(slow);
      cancel.hidden = true;
      busy = false;
      if (again) {
        again = false;
        check();
      }
    }
  };

  const begin = async () => {
    tell(w.change_starting);
    const mb = (number) => (number / 1e6).toFixed(1);
    checker = await start((loaded, total) => {
      bar.hidden = false;
      bar.max = total;
      bar.value = loaded;
      tell(loaded < total
        ? w.change_loading.replace("{loaded}", mb(loaded)).replace("{total}", mb(total))
        : w.change_starting);
    });
    const opening = { ask: "open", name, language, files };
    checker.always(opening);
    const first = await checker.open(opening);
    bar.hidden = true;
    // What was typed meanwhile is checked, too.
    if (editor.text === proven) show(first);
    else await check();
  };

  let timer;
  editor.area.addEventListener("input", () => {
    clearTimeout(timer);
    if (checker) timer = setTimeout(check, PAUSE);
  });
  cancel.addEventListener("click", () => {
    again = false;
    checker.stop();
  });
  back.addEventListener("click", () => (editor.text = proven));
  share.addEventListener("click", async () => {
    await navigator.clipboard.writeText(await link(proven, editor.text));
    tell(w.change_shared);
  });
  answer.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.line) editor.goTo(Number(button.dataset.line));
    if (button?.dataset.case) {
      chosen = button.dataset.case;
      check().then(() => answer.querySelector(`[data-case="${CSS.escape(chosen)}"]`)?.focus());
    }
  });

  const failed = () => {
    bar.hidden = true;
    tell(w.change_failed);
  };
  if (shared) {
    const text = await loadShared(proven, shared);
    if (text === undefined) tell(w.change_stale);
    else {
      // Code of a change that came with a link is run when the reader says so, and not before.
      editor.text = text;
      const go = create("button", { type: "button", textContent: w.change_check });
      tell("");
      status.append(w.change_came, " ", go);
      go.addEventListener("click", () => begin().catch(failed), { once: true });
      return;
    }
  }
  await begin().catch(failed);
};
