/* Stands in for the theme's search worker: same messages, our matching, only this page's language.
   A worker cannot be started from a page opened from disk, and would need a wider security policy;
   the matching takes a few milliseconds, so it runs in the page. It is loaded on first use: what answers
   first, docs/theme/assets/search with the guide's own pages, then the lists behind them. */
(() => {
  "use strict";
  const search = (window.guideSearch ??= {});
  const language = document.documentElement.lang;
  const here = document.currentScript.src;
  const FAILED = document.querySelector("meta[name=guide-search-failed]")?.content;
  // The theme's protocol.
  const [READY, QUERY, RESULT] = [1, 2, 3];

  const scripts = new Map();
  /* The index is a script: JSON cannot be fetched from disk. */
  function load(name) {
    if (!scripts.has(name)) {
      const loaded = new Promise((resolve, reject) => {
        const element = document.createElement("script");
        element.src = new URL(`../search/${name}.js`, here);
        element.onload = resolve;
        element.onerror = () => {
          scripts.delete(name);
          reject(new Error(element.src));
        };
        document.head.append(element);
      });
      scripts.set(name, loaded);
    }
    return scripts.get(name);
  }
  const loadGuide = () => load(language);
  const loadLists = () => loadGuide().then(() => load(`${language}-lists`));

  /* The address of a result; from disk there is no server that turns a folder into its index page. */
  search.addressOf = (location) => {
    const url = new URL(`../${location}`, here);
    if (url.protocol === "file:" && url.pathname.endsWith("/")) url.pathname += "index.html";
    return url.href;
  };

  const locationsOf = (items) => items.map(([{ location }]) => location).join();
  const isReadingResults = () => document.activeElement?.closest(".md-search-result") !== null;

  class SearchInPage extends EventTarget {
    #asked;

    constructor() {
      super();
      setTimeout(() => this.#reply({ type: READY }));
    }

    async postMessage({ type, data }) {
      if (type !== QUERY) return;
      this.#asked = data;
      // The theme asks for nothing when a page opens: no reason to load anything.
      if (!data.trim()) {
        search.helpWith?.("", 0);
        this.#reply({ type: RESULT, data: { items: [] } });
        return;
      }
      try {
        await loadGuide();
      } catch {
        document.querySelector(".md-search-result__meta").textContent = FAILED;
        return;
      }
      if (this.#asked !== data) return;
      const first = this.#answer(data);
      await loadLists().catch(() => {}); // what the guide's pages have, it has
      if (this.#asked !== data) return;
      const items = search.find(data);
      if (locationsOf(items) !== locationsOf(first) && !isReadingResults()) this.#answer(data);
      search.helpWith(data, items.length);
    }

    #answer(query) {
      const items = search.find(query);
      this.#reply({ type: RESULT, data: { items } });
      return items;
    }

    #reply(data) {
      this.dispatchEvent(new MessageEvent("message", { data }));
    }
  }
  // The search worker is the only one the theme starts; that of change/runtime.js is a real one.
  SearchInPage.real = Worker;
  window.Worker = SearchInPage;

  document.addEventListener("focusin", ({ target }) => {
    if (target.matches?.(".md-search__input")) loadLists().catch(() => {});
  });
  // The theme hears keys only: paste with the mouse, drop and voice input change the field without any.
  document.addEventListener("input", ({ target, isTrusted }) => {
    if (isTrusted && target.matches?.(".md-search__input")) {
      target.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
    }
  });
})();
