/* Shows the picture that a link leads to in the page: of the case that is chosen, and of a wrong variant that is
   opened. Without this, or from disk, the links lead to the pictures themselves. */
(() => {
  "use strict";
  const CASE = ".network-cases > a";

  const pictures = new Map();
  const load = async (address) => {
    if (!pictures.has(address)) {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(address);
      const svg = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
      // The page has the rules, in the colors of its own scheme.
      svg.querySelector("style")?.remove();
      pictures.set(address, svg);
    }
    return document.importNode(pictures.get(address), true);
  };

  const choose = async (link) => {
    const figure = link.closest("figure");
    const place = figure.querySelector(".network-picture");
    figure.dataset.chosen = link.href;
    const picture = await load(link.href);
    // Another one may have been chosen meanwhile.
    if (figure.dataset.chosen !== link.href) return;
    for (const other of figure.querySelectorAll(CASE)) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    place.classList.toggle("narrow", link.classList.contains("narrow"));
    place.replaceChildren(picture);
  };

  addEventListener("click", (event) => {
    const link = event.target.closest?.(CASE);
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || location.protocol === "file:") return;
    event.preventDefault();
    choose(link).catch(() => location.assign(link.href));
  });

  // The event does not bubble.
  addEventListener(
    "toggle",
    (event) => {
      const place = event.target.querySelector?.(":scope > .network-later");
      if (!place || !event.target.open || location.protocol === "file:") return;
      place.classList.remove("network-later");
      load(place.querySelector("a").href).then(
        (picture) => place.replaceChildren(picture),
        () => place.classList.add("network-later"),
      );
    },
    true,
  );
})();
