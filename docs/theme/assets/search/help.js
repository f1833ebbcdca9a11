/* Where to go on when a query finds nothing: words that look like those of the query, and the pages by symptom
   and by message. It stands in the theme's result list, so that the arrow keys reach it. */
(() => {
  "use strict";
  const search = (window.guideSearch ??= {});

  let help;

  search.helpWith = (query, found) => {
    help?.remove();
    if (found || !query.trim()) return;
    help = document.createElement("div");
    help.className = "search-help";
    const alike = search.suggestionsFor(search.pages, query, search.words);
    if (alike.length) help.append(listOf(search.words.say.alike, alike.map(asking)));
    help.append(listOf(search.words.say.symptoms, search.words.symptoms.map(leading)));
    document.querySelector(".md-search-result").append(help);
  };

  function listOf(title, links) {
    const [heading, list] = [document.createElement("p"), document.createElement("ul")];
    heading.textContent = title;
    for (const link of links) {
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    const both = document.createDocumentFragment();
    both.append(heading, list);
    return both;
  }

  function linkTo(address, text) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = text;
    return link;
  }

  /* A link that asks for a word instead. */
  function asking(word) {
    const link = linkTo(`?q=${encodeURIComponent(word)}`, word);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation(); // the theme closes the search at a click on a link
      const field = document.querySelector(".md-search__input");
      field.value = word;
      field.focus();
      field.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
    });
    return link;
  }

  function leading(location) {
    const entry = search.pages.flat().find((entry) => entry.location === location);
    return linkTo(search.addressOf(location), entry.title);
  }
})();
