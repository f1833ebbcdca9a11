/* Opens "Change it and see", or what a link to a change leads to. What it takes is loaded then, and not before. */
(() => {
  "use strict";
  const script = document.currentScript.src;
  const place = document.querySelector("[data-change]");
  if (!place) return;
  let opened;
  const open = (shared) => {
    opened ||= import(new URL("change/snippet.js", script)).then((module) => module.open(place, shared));
    // The sentence that stands there says what is needed.
    opened.catch(() => {});
  };
  place.addEventListener("toggle", () => place.open && open());
  if (location.hash.startsWith("#change=")) {
    open(location.hash);
    place.open = true;
    place.scrollIntoView();
  }
})();
