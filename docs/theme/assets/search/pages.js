/* The pages that have arrived, and what a query finds in them. `search.words` is set before the first arrive. */
(() => {
  "use strict";
  const search = (window.guideSearch ??= {});

  search.pages = [];

  search.load = (entries) => {
    search.pages = [...search.pages, ...search.groupByPage(entries, search.words.called)];
    setTimeout(() => search.prepare(search.pages, search.words));
  };

  search.find = (query) => {
    const items = query.trim() ? search.rank(search.pages, query, search.words) : [];
    for (const item of items.flat()) item.location = search.addressOf(item.location);
    return items;
  };
})();
