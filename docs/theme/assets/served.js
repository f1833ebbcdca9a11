/* Addresses as the site is really served: a page holds those of its canonical place, and from disk they stay. A
   permalink leads where it says and copies its address on the way. */
(() => {
  "use strict";
  const canonical = document.querySelector("link[rel=canonical]")?.href;
  if (!canonical) return;
  const { base } = JSON.parse(document.getElementById("__config").textContent);
  const rootOf = (address) => new URL(`${base}/`, address).href;
  const root = rootOf(canonical);
  const served = location.protocol === "file:" ? root : rootOf(location.href);
  for (const code of document.querySelectorAll("[data-served] code")) {
    code.textContent = code.textContent.replaceAll(root, served);
  }

  // Before the theme hears of the click: it copies this text if there is one.
  document.addEventListener(
    "click",
    ({ target }) => {
      const link = target.closest?.(".headerlink");
      if (link) link.dataset.clipboardText = canonical.replace(root, served) + link.hash;
    },
    true,
  );

  const pinned = document.querySelector("[data-pin]");
  if (pinned && new URLSearchParams(location.search).has("pin")) {
    document.head.append(Object.assign(document.createElement("script"), { src: pinned.dataset.pin }));
  }
})();
