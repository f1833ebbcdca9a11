/* Which pages answer a query, best first, as the theme's result list wants them.
   A page that has all of the query comes before one that has a part of it. What the guide explains comes
   before what it lists: its pages, then snippets, then facts and the checker's Python. Of a long query, such
   as an error message with the reader's own ids, the section counts that has its words in their order. */
(() => {
  "use strict";
  const search = (window.guideSearch ??= {});

  const MAX_PAGES = 30;
  const MAX_COUNTED = 5; // a word repeated on every line says no more about a section than five times
  const LONG = 5; // words from which a query may be a pasted message
  const NEIGHBORS = 30; // for two words that stand side by side
  const LEAST_COVERED = 0.4; // of what is asked, by how telling it is
  const VERB = /^[\u3400-\u9fff][\u3041-\u309f]+$/;
  const MAX_SECTIONS = 8; // of a page, in the list of results
  const TEASER_BEFORE = 40;
  const TEASER_LENGTH = 180;
  const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  // How much a page of a kind counts; the first that fits.
  const KINDS = [
    [/^\w+\/reference\/(?:checker|facts)\//, 0.15],
    [/^\w+\/(?:reference|snippets)\//, 0.4],
    [/^\w+\/$/, 0.6], // names every subject, explains none
    [/^\w+\/troubleshooting\/$/, 0.8], // lists the messages that other pages explain
    [/^/, 1],
  ];

  /* Entries of one page in order: the page itself first, then its sections. */
  search.groupByPage = (entries) => {
    const pages = new Map();
    for (const [location, title, text] of entries) {
      const page = location.split("#")[0];
      if (!pages.has(page)) pages.set(page, []);
      pages.get(page).push({ location, title, text, folded: { title: folded(title), text: folded(text) } });
    }
    return [...pages.values()].map((entries) => {
      // All of a page in one string, to pass over a page at once.
      const all = entries.flatMap(({ folded: { title, text } }) => [title.joined, text.joined]).join("\n");
      return Object.assign(entries, { all });
    });
  };

  /* With its blanks, to see where words begin, and without. */
  function folded(text) {
    const spaced = text.normalize("NFKC").toLowerCase().replace(/(\d),(?=\d{3})/g, "$1");
    return { spaced, joined: search.fold(text) };
  }

  search.rank = (pages, query, words = {}) => {
    const concepts = search.conceptsOf(query, words);
    if (!concepts.length) return [];
    const found = pages.map((entries) => concepts.map((spellings) => scoreConcept(entries, spellings)));
    // What few pages have tells more than what all have.
    // A Japanese verb has many forms, and a page may have another one. An id or a number that no page has
    // is the reader's own.
    const telling = concepts.map(([own], i) => {
      const having = found.filter((one) => one[i]).length;
      if (!having && concepts.length > 1 && /\d/.test(own.text)) return 0;
      return Math.log(1 + pages.length / (1 + having)) * (VERB.test(own.text) ? 0.3 : 1);
    });
    const asked = telling.reduce((sum, weight) => sum + weight, 0);
    const written = query.split(/\s+/).map(search.fold).filter(Boolean);
    const typed = written.length < LONG ? [] : written;
    const whole = concepts.length > 1 ? search.fold(concepts.map(([own]) => own.text).join("")) : "";
    return pages
      .map((entries, p) => scorePage(entries, found[p], telling, asked, whole, typed))
      .filter(({ covered }) => covered >= LEAST_COVERED)
      .sort((a, b) => b.total - a.total)
      .slice(0, MAX_PAGES)
      .map(present);
  };

  function scorePage(entries, found, telling, asked, whole, typed) {
    const scores = entries.map(() => 0);
    let covered = 0;
    let sum = 0;
    found.forEach((concept, i) => {
      if (!concept) return;
      covered += telling[i] / asked;
      sum += telling[i] * concept.score;
      concept.scores.forEach((score, e) => (scores[e] += telling[i] * score));
    });
    if (whole) {
      // Words typed apart are often one term in the text: "NAT ゲートウェイ".
      entries.forEach(({ folded: { title, text } }, i) => {
        if (title.joined.includes(whole)) scores[i] += (i === 0 ? 60 : 25) * Math.max(...telling);
        scores[i] += count(text.joined, whole) * 4;
      });
    }
    entries.forEach(({ folded }, i) => (scores[i] += neighbors(folded.text.joined, typed) * NEIGHBORS));
    const kind = KINDS.find(([pattern]) => pattern.test(entries[0].location))[1];
    const terms = found.flatMap((concept) => concept?.terms ?? []);
    if (whole && entries.all.includes(whole)) terms.push(whole);
    // One section that has it all says more than the same words all over the page.
    return { entries, scores, terms, covered, total: kind * covered ** 3 * (sum + Math.max(...scores)) };
  }

  const neighbors = (text, words) => words.filter((word, i) => i > 0 && text.includes(words[i - 1] + word)).length;

  /* How much a page is about one thing that is asked, as a whole and by entry; nothing if it is not named. */
  function scoreConcept(entries, spellings) {
    const scores = entries.map(() => 0);
    const terms = [];
    let titles = 0;
    let mentions = 0;
    for (const spelling of spellings) {
      if (!entries.all.includes(spelling.joined)) continue;
      let here = false;
      entries.forEach(({ folded: { title, text } }, i) => {
        const counted = countSpelling(text, spelling);
        let score = counted * 2;
        if (countSpelling(title, spelling)) {
          // The larger its part of the title, the more the title is about the term.
          const part = (i === 0 ? 40 : 16) * (0.5 + spelling.text.length / title.joined.length);
          titles = Math.max(titles, part * spelling.weight);
          score += part;
        } else if (!counted) return;
        here = true;
        mentions += counted * spelling.weight;
        scores[i] = Math.max(scores[i], score * spelling.weight);
      });
      if (here) terms.push(spelling.joined);
    }
    return terms.length ? { scores, terms, score: titles + 4 * Math.log2(1 + mentions) } : null;
  }

  /* A Latin word counts where a word begins, a long one inside of others too: "createnetworkinterface". */
  function countSpelling({ spaced, joined }, { text, joined: unspaced, latin }) {
    if (!latin) return count(joined, text);
    if (!joined.includes(unspaced)) return 0;
    let found = 0;
    for (let at = spaced.indexOf(text); at >= 0 && found < MAX_COUNTED; at = spaced.indexOf(text, at + 1)) {
      if (at === 0 || !/[a-z0-9]/.test(spaced[at - 1])) found++;
    }
    return found || (text.length > 5 ? 1 : 0);
  }

  function count(text, term) {
    let found = 0;
    for (let at = text.indexOf(term); at >= 0 && found < MAX_COUNTED; at = text.indexOf(term, at + term.length)) {
      found++;
    }
    return found;
  }

  /* The theme takes the first item's score as the threshold below which sections are folded away. */
  function present({ entries, scores, terms, total }) {
    const [page, ...sections] = entries.map((entry, i) => ({ entry, score: scores[i] }));
    const best = sections.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score).slice(0, MAX_SECTIONS);
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
    if (teaser && text.length > 2 * TEASER_LENGTH) {
      const [before, near, after] = around(text, terms);
      return (before && "…") + mark(near, terms) + (after && "…");
    }
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

  /* What stands before, around and after the first match; where it is written otherwise, by its position. */
  function around(text, terms) {
    const small = text.toLowerCase();
    const found = terms.map((term) => small.indexOf(term)).filter((at) => at >= 0);
    const at = found.length ? Math.min(...found) : (matchesIn(text, terms)[0]?.begin ?? 0);
    const from = Math.max(0, at - TEASER_BEFORE);
    const to = Math.min(text.length, from + TEASER_LENGTH);
    return [text.slice(0, from), text.slice(from, to), text.slice(to)];
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
