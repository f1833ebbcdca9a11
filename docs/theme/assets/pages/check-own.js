/* Offers to load the checker on the page for a reader's own templates and policies; nothing of it is loaded before. */
(() => {
  "use strict";
  const script = document.currentScript.src;
  const place = document.querySelector("[data-own]");
  const able = typeof WebAssembly === "object" && typeof DecompressionStream === "function";
  if (!place || !able || location.protocol === "file:") return;
  const needs = place.querySelector(".own-needs");
  const begin = place.querySelector(".own-begin");
  const offer = (possible) => {
    needs.hidden = possible;
    begin.hidden = !possible;
  };
  offer(true);
  begin.querySelector("button").addEventListener("click", ({ target }) => {
    target.disabled = true;
    import(new URL("../change/own.js", script)).then(({ open }) => open(place)).catch(() => {
      // The sentence that stood there says what is needed.
      target.disabled = false;
      offer(false);
    });
  });
})();
