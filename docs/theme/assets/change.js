/* Opens "Change it and see", or what a link to a change leads to. What it takes is loaded then, and not before. */
(() => {
  "use strict";
  const script = document.currentScript.src;
  const open = (place, shared) => {
    if (place.dataset.opened) return;
    place.dataset.opened = "";
    import(new URL("change/snippet.js", script)).then((module) => module.open(place, shared)).catch(() => {
      // The sentence that stands there says what is needed.
      delete place.dataset.opened;
    });
  };
  addEventListener("toggle", ({ target }) => {
    if (target.open && target.dataset.change) open(target);
  }, true);
  const place = document.querySelector("[data-change]");
  if (place && location.hash.startsWith("#change=")) {
    open(place, location.hash);
    place.open = true;
    place.scrollIntoView();
  }
})();
