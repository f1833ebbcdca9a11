/* Shows the case of a network that is chosen, and the picture of a wrong variant once it is opened.
   The pictures wait in <template> elements, which cost nothing until they are shown. */
(() => {
  "use strict";

  const choose = (figure, chosen) => {
    const buttons = [...figure.querySelectorAll(".network-cases button")];
    const cases = [...figure.querySelectorAll(":scope > .network-case, :scope > template")];
    buttons.forEach((button, index) => {
      button.setAttribute("aria-pressed", String(button === chosen));
      if (cases[index].localName === "template") {
        if (button !== chosen) return;
        cases[index].replaceWith(cases[index].content.firstElementChild);
      } else {
        cases[index].hidden = button !== chosen;
      }
    });
    // Just shown: it was put in place of its template above.
    const shown = figure.querySelectorAll(":scope > .network-case, :scope > template")[buttons.indexOf(chosen)];
    shown.hidden = false;
  };

  addEventListener("click", (event) => {
    const button = event.target.closest?.(".network-cases button");
    if (button) choose(button.closest("figure"), button);
  });

  // The event does not bubble.
  addEventListener(
    "toggle",
    (event) => {
      for (const later of event.target.querySelectorAll?.(":scope > template.network-later") ?? []) {
        later.replaceWith(later.content);
      }
    },
    true,
  );
})();
