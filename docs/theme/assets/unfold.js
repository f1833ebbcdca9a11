/* Opens what an address leads into: not every browser does so on its own. */
(() => {
  "use strict";
  const unfold = () => {
    const target = document.querySelector(":target");
    let folded = target && target.closest("details:not([open])");
    if (!folded) return;
    for (; folded; folded = folded.parentElement.closest("details:not([open])")) folded.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
