/* The front page's search field leads to the field in the header; on a narrow screen that one has to open first. */
(() => {
  "use strict";
  document.addEventListener("click", ({ target }) => {
    if (!target.closest?.("[data-open-search]")) return;
    document.querySelector("[data-md-toggle=search]").click();
    document.querySelector(".md-search__input").focus();
  });
})();
