/* The switch keeps the heading the reader is at, and the root page remembers the choice. */
(() => {
  "use strict";
  const keep = ({ target, type }) => {
    const link = target.closest?.("[data-language-switch]");
    if (!link) return;
    link.hash = location.hash;
    if (type !== "click") return;
    try {
      localStorage.setItem("guide-language", link.hreflang);
    } catch {
      // Storage may be switched off; the switch works without.
    }
  };
  // Before the click too: the address shown, copied or opened in another tab is the right one.
  for (const type of ["pointerdown", "focusin", "contextmenu", "click"]) document.addEventListener(type, keep, true);
})();
