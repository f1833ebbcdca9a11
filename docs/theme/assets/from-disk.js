/* Opened from disk there is no server that turns a folder into its index page. */
(() => {
  "use strict";
  if (location.protocol !== "file:") return;
  document.addEventListener(
    "click",
    ({ target }) => {
      const link = target.closest?.("a[href]");
      if (link?.protocol === "file:" && link.pathname.endsWith("/")) link.pathname += "index.html";
    },
    true,
  );
})();
