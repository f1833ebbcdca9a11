/* The front page's search field opens the search in the header, as the theme's own label does for a mouse. */
(() => {
  "use strict";
  document.addEventListener("click", ({ target }) => {
    if (target.closest?.("[data-open-search]")) document.querySelector("[data-md-toggle=search]").click();
  });
})();
