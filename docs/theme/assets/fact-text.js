/* The text of a fact beside the link that cites it: under the pointer and on focus, gone with Escape.
   A page has each text once, as the title of the first of the links that cite it. */
(() => {
  "use strict";
  const CITATION = ".fact a";
  const GRACE = 150; // milliseconds in which the pointer comes from the link into the text
  const EDGE = 8;
  const texts = new Map();
  const box = document.createElement("div");
  box.id = "fact-text";
  box.className = "fact-text";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  let shown;
  let leaving;

  /* The text for a link; the browser's own tooltip, which no keyboard opens, makes way for it. */
  const textFor = (link) => {
    if (!texts.has(link.href)) {
      const links = [...document.querySelectorAll(`${CITATION}[title]`)];
      const first = links.find(({ href }) => href === link.href);
      texts.set(link.href, first?.title ?? "");
      first?.removeAttribute("title");
    }
    return texts.get(link.href);
  };

  const hide = () => {
    clearTimeout(leaving);
    shown?.removeAttribute("aria-describedby");
    shown = undefined;
    box.hidden = true;
  };

  const show = (link) => {
    clearTimeout(leaving);
    if (link === shown) return;
    hide();
    const text = textFor(link);
    if (!text) return;
    shown = link;
    box.textContent = text;
    box.hidden = false;
    link.setAttribute("aria-describedby", box.id);
    document.body.append(box);
    place();
  };

  const place = () => {
    const at = shown.getBoundingClientRect();
    const [width, height] = [box.offsetWidth, box.offsetHeight];
    const { clientWidth, clientHeight } = document.documentElement;
    const below = at.bottom + height + EDGE < clientHeight;
    box.style.left = `${Math.max(EDGE, Math.min(at.left, clientWidth - width - EDGE))}px`;
    box.style.top = `${below ? at.bottom : Math.max(0, at.top - height)}px`;
  };

  const over = ({ target }) => {
    const link = target.closest?.(CITATION);
    if (link) show(link);
    else if (box.contains(target)) clearTimeout(leaving);
  };
  document.addEventListener("pointerover", over);
  document.addEventListener("focusin", over);
  document.addEventListener("pointerout", ({ target }) => {
    if (!shown || !(shown.contains(target) || box.contains(target))) return;
    clearTimeout(leaving);
    leaving = setTimeout(hide, GRACE);
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  // A link that has got the focus may be scrolled to only then: the text goes with it.
  const scrolled = () => {
    const { top, bottom } = shown?.getBoundingClientRect() ?? {};
    if (bottom > 0 && top < innerHeight) place();
    else hide();
  };
  addEventListener("scroll", scrolled, { passive: true });
})();
