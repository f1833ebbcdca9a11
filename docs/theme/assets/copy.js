/* What a copy button copies: a file byte for byte, and of a shell's session only what was typed.
   The theme would copy what it shows, without the last line break. */
(() => {
  "use strict";
  const OUTPUT = "\0";

  /* The text of an element in which some others stand for something else. */
  const textOf = (element, instead) => {
    const copy = element.cloneNode(true);
    for (const [selector, text] of Object.entries(instead)) {
      for (const one of copy.querySelectorAll(selector)) one.replaceWith(text);
    }
    return copy.textContent;
  };

  /* Prompts are no part of a command, and a line that was printed is none, nor are the empty ones after it. */
  const typed = (code) => {
    let printed = false;
    const lines = textOf(code, { ".gp": "", ".go": OUTPUT }).split("\n");
    return lines
      .filter((line) => {
        printed = line.includes(OUTPUT) || (printed && !line.trim());
        return !printed;
      })
      .join("\n");
  };

  const copied = (code) => {
    const block = code.closest("[data-file], [data-copies-file]");
    if (block) {
      const file = block.matches("[data-file]") ? block : block.closest(".snippet").querySelector("[data-file]");
      return textOf(file.querySelector("code"), { ".code-note": "" });
    }
    return code.querySelector(".gp") ? typed(code) : textOf(code, { ".code-note": "" }).trimEnd();
  };

  /* All buttons at once: the theme adds one, measures its code, adds the next, and has the page laid out for
     each. They look like the theme's, and its script, which is still to come, hears their clicks. */
  const { translations } = JSON.parse(document.getElementById("__config").textContent);
  for (const pre of document.querySelectorAll(":not(.no-copy) > pre:has(> code)")) {
    const toolbar = document.createElement("div");
    toolbar.className = "md-code__nav";
    const button = document.createElement("button");
    button.className = "md-code__button";
    button.title = translations["clipboard.copy"];
    button.dataset.mdType = "copy";
    button.dataset.clipboardText = "";
    toolbar.append(button);
    pre.prepend(toolbar);
  }

  // Before the theme hears of the click: it takes this text if there is one.
  document.addEventListener(
    "click",
    ({ target }) => {
      const button = target.closest?.(".md-code__button");
      if (button) button.dataset.clipboardText = copied(button.closest("pre").querySelector("code"));
    },
    true,
  );
})();
