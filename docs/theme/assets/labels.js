/* Names for what the theme's script adds to the page without one. */
(() => {
  "use strict";
  const ANNOTATION = document.querySelector("meta[name=guide-annotation]")?.content;

  const label = () => {
    for (const marker of document.querySelectorAll(".md-annotation__index:not([aria-label])")) {
      const id = marker.querySelector("[data-md-annotation-id]")?.dataset.mdAnnotationId ?? "";
      marker.setAttribute("aria-label", `${ANNOTATION} ${id}`);
    }
    // One navigation landmark per code block would bury the others.
    for (const toolbar of document.querySelectorAll("nav.md-code__nav:not([role])")) {
      toolbar.setAttribute("role", "presentation");
    }
  };
  label();
  new MutationObserver(label).observe(document.body, { childList: true, subtree: true });
})();
