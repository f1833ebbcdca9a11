/* A snippet in a frame: the lines that the frame asks for, the copy button, and how high it would like to be.

   ?lines=KEY.PATH shows only the lines of that value; a key path is written as in notes of the guide's
   snippets: Resources.NatGateway, Statement[DenyOtherSubnets].Condition, Statement.0.

   To the page around it the frame says, whenever it changes:
     {type: "lambda-vpc:height", height: CSS pixels, snippet: "TOPIC/NAME"}
   A page that listens compares event.source with its frame's contentWindow and sets the frame's height. */
(() => {
  "use strict";
  const pre = document.querySelector("pre");
  const code = pre.firstElementChild;
  const file = code.textContent; // the whole, whatever is shown of it

  /* First and last line of the value at a key path, as lambda_vpc.guide.key_paths finds it. */
  const extent = (path) => {
    if (!/^([^.[\]]+|\[[^[\]]+\])(\.[^.[\]]+|\[[^[\]]+\])*$/.test(path)) return;
    let value = JSON.parse(document.getElementById("lines").textContent);
    for (const [, key, item] of path.matchAll(/([^.[\]]+)|\[([^[\]]+)\]/g)) {
      const inside = value[2] ?? {};
      if (!Object.hasOwn(inside, key ?? item)) return;
      value = inside[key ?? item];
      if (typeof value === "string") value = inside[value]; // an item's name leads to its position
    }
    return Array.isArray(value) ? value : [value, value];
  };

  const path = new URLSearchParams(location.search).get("lines");
  if (path) {
    const found = extent(path);
    const words = document.getElementById(found ? "part" : "no-part");
    words.querySelector("code").textContent = path;
    words.hidden = false;
    if (found) {
      // No element of the code reaches over the end of a line.
      code.innerHTML = code.innerHTML.split("\n").slice(found[0] - 1, found[1]).join("\n");
    } else {
      pre.hidden = true;
    }
  }

  /* In a frame that was not allowed to use the clipboard, what is selected can still be copied. */
  const copySelected = () => {
    const copy = (event) => {
      event.clipboardData.setData("text/plain", file);
      event.preventDefault();
    };
    getSelection().selectAllChildren(code);
    document.addEventListener("copy", copy, { once: true });
    const done = document.execCommand("copy");
    document.removeEventListener("copy", copy);
    if (done) getSelection().removeAllRanges();
    return done;
  };
  const button = document.querySelector("button");
  const status = document.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    let done = true;
    try {
      await navigator.clipboard.writeText(file);
    } catch {
      done = copySelected();
    }
    status.textContent = done ? status.dataset.copied : status.dataset.failed;
    if (done) setTimeout(() => (status.textContent = ""), 3000);
  });

  // From disk there is no server that turns a folder into its index page.
  if (location.protocol === "file:") {
    for (const link of document.querySelectorAll("a[href$='/']")) link.href += "index.html";
  }

  if (parent !== window) {
    const page = document.documentElement;
    const { snippet } = document.body.dataset;
    new ResizeObserver(() => {
      const height = Math.ceil(page.getBoundingClientRect().height);
      parent.postMessage({ type: "lambda-vpc:height", height, snippet }, "*");
    }).observe(page);
  }
})();
