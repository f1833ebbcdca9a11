/* A page that was found as the theme's result list wants it: the page and its best sections, matches marked.
   What is not shown is not marked: titles and teasers are made when they are read. */
(() => {
  "use strict";
  const search = (window.guideSearch ??= {});

  const MAX_SECTIONS = 3; // of a page, in the list of results
  const TEASER_BEFORE = 40;
  const TEASER_LENGTH = 180;
  const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

  /* The theme takes the first item's score as the threshold below which sections are folded away. */
  search.present = ({ entries, scores, terms, total }) => {
    const [page, ...sections] = entries.map((entry, i) => ({ entry, score: scores[i] }));
    const best = sections.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score).slice(0, MAX_SECTIONS);
    return [page, ...best].map(({ entry }, i) => ({
      location: entry.location,
      get title() {
        return mark(entry.title, terms);
      },
      get text() {
        return entry.text && `<p>${teaser(entry, terms)}</p>`;
      },
      score: i <= 2 ? total : total / 2,
      terms: Object.fromEntries(terms.map((term) => [term, true])),
    }));
  };

  /* HTML of what surrounds the first match of a text. */
  function teaser({ text, folded }, terms) {
    if (text.length <= 2 * TEASER_LENGTH) return mark(text, terms);
    const at = firstMatch(text, folded.text.spaced, terms);
    const from = Math.max(0, at - TEASER_BEFORE);
    const to = Math.min(text.length, from + TEASER_LENGTH);
    return (from > 0 ? "…" : "") + mark(text.slice(from, to), terms) + (to < text.length ? "…" : "");
  }

  /* Where a text has the first of the terms; folded, it is about as long. */
  function firstMatch(text, spaced, terms) {
    const found = terms.map((term) => spaced.indexOf(term)).filter((at) => at >= 0);
    return found.length ? Math.min(...found) : (matchesIn(text, terms)[0]?.begin ?? 0);
  }

  /* HTML of a text with its matches marked. */
  function mark(text, terms) {
    let html = "";
    let done = 0;
    for (const { begin, end } of matchesIn(text, terms)) {
      if (end <= done) continue;
      const start = Math.max(begin, done);
      html += `${escape(text.slice(done, start))}<mark>${escape(text.slice(start, end))}</mark>`;
      done = end;
    }
    return html + escape(text.slice(done));
  }

  function matchesIn(text, terms) {
    const { folded, begin, end } = search.foldWithPositions(text);
    const matches = [];
    for (const term of terms) {
      for (let at = folded.indexOf(term); at >= 0; at = folded.indexOf(term, at + term.length)) {
        // A short Latin word is none inside of another: "ENI" in "denied".
        const inner = /^[a-z0-9]{1,5}$/.test(term) && /[a-z0-9]/i.test(text[begin[at] - 1] ?? "");
        if (!inner) matches.push({ begin: begin[at], end: end[at + term.length - 1] });
      }
    }
    return matches.sort((a, b) => a.begin - b.begin || b.end - a.end);
  }

  const escape = (text) => text.replace(/[&<>"]/g, (character) => ESCAPES[character]);
})();
