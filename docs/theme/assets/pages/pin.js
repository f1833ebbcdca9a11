/* Answers a link that names a version of the snippet (?pin=…): what became of that version. Every word of it stands
   in the page; what the address says is only looked up. docs/theme/assets/served.js loads this when it is needed. */
(() => {
  "use strict";
  const place = document.querySelector("[data-pin]");
  const pin = new URLSearchParams(location.search).get("pin");
  const version = /^[0-9a-f]{16}$/.test(pin) ? document.getElementById(`version-${pin}`) : null;
  const entry = version?.closest("li");
  const state = entry ? entry.dataset.state : "unknown";
  const answer = document.createElement("p");
  answer.append(...place.firstElementChild.content.querySelector(`[data-state="${state}"]`).cloneNode(true).childNodes);
  const link = answer.querySelector("a");
  // The bytes of a withdrawn version may still be those of today.
  if (version?.matches("details")) link.href = `#${version.id}`;
  else link?.remove();
  const told = [];
  if (state === "withdrawn") told.push(entry.children[1]);
  // The newest version comes first in the history.
  for (let later = entry; state === "changed" && (later = later.previousElementSibling); ) told.push(later.children[0]);
  place.className = "notice";
  place.append(answer, ...told.map((one) => one.cloneNode(true)));
})();
