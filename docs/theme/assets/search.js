/* Stands in for the theme's search worker: same messages, our matching, only this page's language.
   A worker cannot be started from a page opened from disk, and would need a wider security policy;
   the matching takes a few milliseconds, so it runs in the page. */
(() => {
  "use strict";
  const search = window.guideSearch;
  const language = document.documentElement.lang;
  const script = document.currentScript.src;
  const FAILED = document.querySelector("meta[name=guide-search-failed]")?.content;
  // The theme's protocol.
  const [READY, QUERY, RESULT] = [1, 2, 3];

  let pages;
  /* The index is a script, loaded on first use: JSON cannot be fetched from disk. */
  function loadPages() {
    pages ??= new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = new URL(`../search/${language}.js`, script);
      element.onload = () => resolve(search.groupByPage(window.guideSearchIndex));
      element.onerror = () => {
        pages = undefined;
        reject(new Error(element.src));
      };
      document.head.append(element);
    });
    return pages;
  }

  /* The address of a result; from disk there is no server that turns a folder into its index page. */
  function address(location) {
    const url = new URL(`../${location}`, script);
    if (url.protocol === "file:" && url.pathname.endsWith("/")) url.pathname += "index.html";
    return url.href;
  }

  class SearchInPage extends EventTarget {
    constructor() {
      super();
      setTimeout(() => this.#reply({ type: READY }));
    }

    async postMessage({ type, data }) {
      if (type !== QUERY) return;
      try {
        const items = data.trim() ? search.rank(await loadPages(), data, window.guideSearchWords) : [];
        for (const item of items.flat()) item.location = address(item.location);
        this.#reply({ type: RESULT, data: { items } });
      } catch {
        document.querySelector(".md-search-result__meta").textContent = FAILED;
      }
    }

    #reply(data) {
      this.dispatchEvent(new MessageEvent("message", { data }));
    }
  }
  // The search worker is the only one the theme starts.
  window.Worker = SearchInPage;

  document.addEventListener("focusin", ({ target }) => {
    if (target.matches?.(".md-search__input")) loadPages().catch(() => {});
  });
  // The theme hears keys only: paste with the mouse, drop and voice input change the field without any.
  document.addEventListener("input", ({ target, isTrusted }) => {
    if (isTrusted && target.matches?.(".md-search__input")) {
      target.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
    }
  });
})();
