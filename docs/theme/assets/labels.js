/* One navigation landmark per code block, as the theme's script adds them, would bury the others. */
(() => {
  "use strict";
  const TOOLBAR = "nav.md-code__nav";
  const label = (toolbar) => toolbar.setAttribute("role", "presentation");

  document.querySelectorAll(TOOLBAR).forEach(label);
  // Only what was added is looked at: a long page has thousands of elements.
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node.matches?.(TOOLBAR)) label(node);
    }
  }).observe(document.body, { childList: true, subtree: true });
})();
