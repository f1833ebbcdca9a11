/* Which pages answer a query, best first, as the theme's result list wants them.
   Every term must occur somewhere on a page; occurrences anywhere inside a word count, because Japanese
   has no spaces to split at. Where no page has them all, a long query, such as an error message with the
   reader's own ids, finds the pages that have most of its terms. */
(() => {
  "use strict";
  const search = (window.guideSearch ??= {});

  const MAX_PAGES = 30;
  const LONG = 5; // terms from which a query may be a pasted message
  const MOST = 0.6; // of the terms of a pasted message
  const NEIGHBORS = 30; // for two terms that stand side by side
  const MAX_COUNTED = 5; // a word repeated on every line says no more about a section than five times
  const TEASER_BEFORE = 40;
  const TEASER_LENGTH = 180;
  const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

  /* Entries of one page in order: the page itself first, then its sections. */
  search.groupByPage = (entries) => {
    const pages = new Map();
    for (const [location, title, text] of entries) {
      const page = location.split("#")[0];
      if (!pages.has(page)) pages.set(page, []);
      const folded = { title: search.fold(title), text: search.fold(text) };
      pages.get(page).push({ location, title, text, folded });
    }
    return [...pages.values()];
  };

  search.rank = (pages, query) => {
    const terms = search.termsOf(query);
    if (!terms.length) return [];
    const scored = pages.map((entries) => scorePage(entries, terms));
    const whole = scored.filter(({ missing }) => !missing);
    const found = whole.length || terms.length < LONG ? whole : scored.filter(hasMost(terms));
    return found
      .sort((a, b) => a.missing - b.missing || b.total - a.total)
      .slice(0, MAX_PAGES)
      .map((page) => present(page, terms));
  };

  const hasMost = (terms) => ({ missing }) => missing <= terms.length * (1 - MOST);

  function scorePage(entries, terms) {
    const scores = entries.map(() => 0);
    let missing = 0;
    for (const term of terms) {
      const found = entries.map((entry, i) => scoreTerm(entry, term, i === 0));
      if (!found.some(Boolean)) missing++;
      found.forEach((score, i) => (scores[i] += score));
    }
    if (terms.length > 1) {
      // Words typed apart are often one term in the text: "NAT ゲートウェイ".
      const whole = terms.join("");
      entries.forEach((entry, i) => {
        if (entry.folded.title.includes(whole)) scores[i] += i === 0 ? 120 : 50;
        scores[i] += count(entry.folded.text, whole) * 4;
      });
    }
    if (terms.length < LONG) return { entries, scores, missing, total: scores.reduce((sum, score) => sum + score, 0) };
    // A message stands in one section, its words in their order; how often a page uses each says little.
    entries.forEach((entry, i) => (scores[i] += neighbors(entry, terms) * NEIGHBORS));
    return { entries, scores, missing, total: Math.max(...scores) };
  }

  const neighbors = ({ folded }, terms) =>
    terms.filter((term, i) => i > 0 && folded.text.includes(terms[i - 1] + term)).length;

  function scoreTerm(entry, term, isPage) {
    let score = count(entry.folded.text, term) * 2;
    if (entry.folded.title.includes(term)) {
      // The larger its part of the title, the more the title is about the term.
      score += (isPage ? 100 : 40) * (0.5 + term.length / entry.folded.title.length);
    }
    return score;
  }

  function count(text, term) {
    let found = 0;
    for (let at = text.indexOf(term); at >= 0 && found < MAX_COUNTED; at = text.indexOf(term, at + term.length)) {
      found++;
    }
    return found;
  }

  /* The theme takes the first item's score as the threshold below which sections are folded away. */
  function present({ entries, scores, total }, terms) {
    const [page, ...sections] = entries.map((entry, i) => ({ entry, score: scores[i] }));
    const best = sections.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
    return [page, ...best].map(({ entry }, i) => ({
      location: entry.location,
      title: mark(entry.title, terms),
      text: entry.text && `<p>${mark(entry.text, terms, true)}</p>`,
      score: i <= 2 ? total : total / 2,
      terms: Object.fromEntries(terms.map((term) => [term, true])),
    }));
  }

  /* HTML of a text with its matches marked; a teaser is cut to the surroundings of the first. */
  function mark(text, terms, teaser = false) {
    const matches = matchesIn(text, terms);
    let [from, to] = [0, text.length];
    if (teaser) {
      from = Math.max(0, (matches[0]?.begin ?? 0) - TEASER_BEFORE);
      to = Math.min(text.length, from + TEASER_LENGTH);
    }
    let html = from > 0 ? "…" : "";
    let done = from;
    for (const { begin, end } of matches) {
      if (end <= done || begin >= to) continue;
      const start = Math.max(begin, done);
      const stop = Math.min(end, to);
      html += `${escape(text.slice(done, start))}<mark>${escape(text.slice(start, stop))}</mark>`;
      done = stop;
    }
    return html + escape(text.slice(done, to)) + (to < text.length ? "…" : "");
  }

  function matchesIn(text, terms) {
    const { folded, begin, end } = search.foldWithPositions(text);
    const matches = [];
    for (const term of terms) {
      for (let at = folded.indexOf(term); at >= 0; at = folded.indexOf(term, at + term.length)) {
        matches.push({ begin: begin[at], end: end[at + term.length - 1] });
      }
    }
    return matches.sort((a, b) => a.begin - b.begin || b.end - a.end);
  }

  const escape = (text) => text.replace(/[&<>"]/g, (character) => ESCAPES[character]);
})();
