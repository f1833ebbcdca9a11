/* "Change it and see" on a snippet's page: the editor, and what the checker says of each change. */
import { Asking, bytes, styled, words } from "./asking.js";
import { Editor } from "./editor.js";
import { able } from "./runtime.js";
import { load as loadShared, link } from "./sharing.js";

const create = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

export const open = async (place, shared) => {
  if (!able()) throw new Error("no WebAssembly"); // the sentence that stands there says so
  const name = place.dataset.change;
  const language = document.documentElement.lang;
  const [w, files] = await Promise.all([
    words(),
    bytes(new URL(`../proof/${name}.bin`, import.meta.url)),
    styled(),
  ]);
  const proven = files[name].text;

  const state = create("div", { className: "change-state" },
    create("p", { className: "change-status", role: "status" }),
    create("progress", { hidden: true, ariaLabel: w.change_starting }),
    create("button", { type: "button", hidden: true, textContent: w.change_cancel }),
  );
  const answer = create("div", { className: "change-answer" });
  const field = create("div");
  const back = create("button", { type: "button", textContent: w.change_back });
  const share = create("button", { type: "button", textContent: w.change_share });
  const box = create("div", { className: "change-box" },
    create("p", { className: "change-private", textContent: w.change_private }),
    field,
    create("p", { className: "change-buttons" }, back, share),
    state,
    answer,
  );
  for (const child of [...place.children]) if (child.localName !== "summary") child.remove();
  place.append(box);
  const editor = new Editor(field, {
    label: w.change_text,
    code: document.querySelector("[data-file] code"),
    text: proven,
  });

  let chosen = null;
  const show = ({ html, lines }) => {
    // Made by the guide's own templates, which escape what the text says.
    answer.innerHTML = html;
    editor.mark(lines);
    asking.say(answer.querySelector(".change-outcome").textContent, { quiet: true });
  };
  const asking = new Asking({
    words: w,
    state,
    question: () => ({ ask: "change", text: editor.text, case: chosen }),
    show,
  });

  const begin = async () => {
    const first = await asking.begin({ ask: "open", name, language, files });
    if (!asking.checker) return;
    // What was typed meanwhile is checked, too.
    if (!first.fault && editor.text === proven) show(first);
    else await asking.check();
  };

  editor.area.addEventListener("input", () => asking.later());
  back.addEventListener("click", () => (editor.text = proven));
  share.addEventListener("click", async () => {
    const address = await link(proven, editor.text);
    try {
      await navigator.clipboard.writeText(address);
      asking.say(w.change_shared);
    } catch {
      // Without HTTPS, or where the reader does not allow it.
      history.replaceState(null, "", address);
      asking.say(w.change_address);
    }
  });
  answer.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.line) editor.goTo(Number(button.dataset.line));
    if (button?.dataset.case) {
      chosen = button.dataset.case;
      asking.check().then(() => answer.querySelector(`[data-case="${CSS.escape(chosen)}"]`)?.focus());
    }
  });

  const text = shared && (await loadShared(proven, shared));
  if (text !== undefined && text !== proven) {
    // Code of a change that came with a link is run when the reader says so, and not before.
    editor.text = text;
    const go = create("button", { type: "button", textContent: w.change_check });
    asking.say(`${w.change_came} `);
    asking.status.append(go);
    go.addEventListener("click", begin, { once: true });
    return;
  }
  await begin();
  if (shared && text === undefined) asking.say(w.change_stale);
};
