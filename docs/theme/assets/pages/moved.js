/* Leads on from an address that moved. A link's #fragment never reaches a server, so the browser must do it. */
(() => {
  "use strict";
  const leadOn = () => {
    const links = [...document.querySelectorAll("[data-moved]")];
    const link = links.find(({ id }) => location.hash === `#${id}`) ?? links.find(({ id }) => !id);
    if (!link) return;
    const to = new URL(link.href);
    to.search = location.search;
    to.hash ||= location.hash;
    // From disk there is no server to turn a folder into its index.
    if (to.protocol === "file:" && to.pathname.endsWith("/")) to.pathname += "index.html";
    location.replace(to);
  };
  addEventListener("hashchange", leadOn);
  leadOn();
})();
