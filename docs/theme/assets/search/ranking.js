/* Which pages answer a query, best first.
   A page that has all of the query comes before one that has a part of it. What the guide explains comes
   before what it lists: its pages, then snippets, then facts and the checker's Python. Of a long query, such
   as an error message with the reader's own ids, the section counts that has its words in their order. */
(() => {
  "use strict";
  const search = (window.guideSearch ??= {});

  const MAX_PAGES = 30;
  const LONG = 5; // words from which a query may be a pasted message
  const BY_CHANCE = 0.04; // of the pages have a word that says nothing of them
  const NEIGHBORS = 30; // for two words that stand side by side in a section
  const [EXPRESSION, MESSAGE] = [0.5, 4]; // for a page with all words in their order, against one with none
  const TITLED = 1; // for a page whose title has all that is asked
  const HALF = 0.3; // for a page that has one of two words, where another page has the other
  const LEAST_COVERED = 0.4; // of what is asked, by how telling it is
  const LEAST_OF_BEST = 0.05; // of the best page's score: the rest only names what others explain
  const UNKNOWN = 0.5; // how telling a word is that no page has, against those that pages have
  // What one word says where it is: in the title of a page or a section, in what readers call the page.
  const [PAGE_TITLE, SECTION_TITLE, CALLED] = [60, 30, 40];
  // How much a page of a kind counts; the first that fits.
  const KINDS = [
    [/^\w+\/reference\/(?:checker|facts)\//, 0.15],
    [/^\w+\/(?:reference|snippets)\//, 0.25],
    [/^\w+\/$/, 0.6], // names every subject, explains none
    [/^\w+\/troubleshooting\/$/, 0.8], // lists the messages that other pages explain
    [/^/, 1],
  ];

  search.rank = (pages, query, words = {}) => {
    const concepts = search.conceptsOf(pages, query, words);
    if (!concepts.length) return [];
    const found = concepts.map(({ spellings }) => scoreConcept(pages, spellings));
    // What few pages have tells more than what all have.
    const telling = concepts.map(({ weight }, i) => {
      const having = found[i].size;
      return having ? Math.log(1 + pages.length / (having + BY_CHANCE * pages.length)) * weight : 0;
    });
    const known = telling.filter(Boolean);
    if (!known.length) return [];
    const unknown = UNKNOWN * (sumOf(known) / known.length) * (concepts.length - known.length);
    const asked = sumOf(telling) + unknown;
    const written = search.wordsOf(query, words);
    const whole = written.length > 1 ? phrase(written.join("")) : null;
    const typed = query.split(/\s+/).map(search.fold).filter(Boolean);
    const isLong = typed.length >= LONG;
    const message = pairsOf(isLong ? typed : written);
    const likely = isLong ? MESSAGE : EXPRESSION;
    const touched = [...new Set(found.flatMap((byPage) => [...byPage.keys()]))].sort((a, b) => a - b);
    return touched
      .map((p) => ({ entries: pages[p], found: found.map((byPage) => byPage.get(p)) }))
      .map((page) => ({ ...page, covered: coveredBy(page.found, telling) / asked }))
      .filter(({ covered }) => isLong || covered >= LEAST_COVERED)
      .map((page) => ({ ...page, pairs: pairsIn(page, message) }))
      .map((page) => (isLong ? despiteTheRest(page) : page))
      .filter(({ covered }) => covered >= LEAST_COVERED)
      .map((page) => scorePage(page, { telling, asked, whole, message, likely }))
      .sort((a, b) => b.total - a.total)
      .filter(({ total }, _, [best]) => total >= LEAST_OF_BEST * best.total)
      .slice(0, MAX_PAGES)
      .map(search.present);
  };

  const sumOf = (numbers) => numbers.reduce((sum, number) => sum + number, 0);
  const phrase = (joined) => ({ joined, bits: search.bitsOf(joined) });
  const pairsOf = (words) => words.slice(1).map((word, i) => phrase(words[i] + word));

  /* How many words of a message stand side by side, by entry of a page. */
  function pairsIn({ entries }, message) {
    const likely = message.filter(({ bits }) => search.mayHave(entries, bits));
    const isIn = (entry, { joined, bits }) => search.mayHave(entry, bits) && entry.folded.text.joined.includes(joined);
    return entries.map((entry) => likely.filter((pair) => isIn(entry, pair)).length);
  }

  /* A section with a part of a message answers it, whatever was pasted around that: a time, a stack trace. */
  const despiteTheRest = (page) => (Math.max(...page.pairs) >= LONG - 1 ? { ...page, covered: 1 } : page);

  const coveredBy = (found, telling) => sumOf(telling.filter((_, i) => found[i]));

  function scorePage({ entries, found, covered, pairs }, { telling, asked, whole, message, likely }) {
    const scores = new Float64Array(entries.length);
    const terms = new Set();
    let sum = 0;
    let inTitle = 0;
    found.forEach((concept, i) => {
      if (!concept) return;
      if (concept.inTitle) inTitle += telling[i];
      sum += telling[i] * (concept.titled + 4 * Math.log2(1 + concept.mentions));
      for (const [entry, score] of concept.scores) scores[entry] += telling[i] * score;
      for (const term of concept.terms) terms.add(term);
    });
    const most = Math.max(...telling);
    entries.forEach((entry, i) => {
      const { title, text } = entry.folded;
      // Words typed apart are often one term in the text: "NAT ゲートウェイ".
      if (whole && search.mayHave(entry, whole.bits)) {
        const titled = title.joined.includes(whole.joined);
        if (titled) scores[i] += (i === 0 ? 60 : 25) * most;
        const counted = search.count(text.joined, whole.joined);
        scores[i] += counted * 4;
        if (titled || counted) terms.add(whole.joined);
      }
      scores[i] += pairs[i] * NEIGHBORS;
    });
    const kind = KINDS.find(([pattern]) => pattern.test(entries[0].location))[1];
    // One section that has it all says more than the same words all over the page.
    const inOrder = 1 + (likely * Math.max(...pairs)) / (message.length || 1);
    const half = found.length === 2 && found.some((concept, i) => telling[i] && !concept);
    const titled = 1 + TITLED * (inTitle / asked) ** 2;
    const total = kind * (half ? HALF : 1) * covered ** 3 * (sum + Math.max(...scores)) * inOrder * titled;
    return { entries, scores, terms: [...terms], total };
  }

  /* How much pages are about one thing that is asked, by page: as a whole and by entry. */
  function scoreConcept(pages, spellings) {
    const byPage = new Map();
    for (const spelling of spellings) {
      for (const { page, entry, counted, titled, keyword } of search.postingsOf(pages, spelling)) {
        if (!byPage.has(page)) byPage.set(page, { scores: new Map(), terms: new Set(), titled: 0, mentions: 0 });
        const found = byPage.get(page);
        const part = Math.max(titled * (entry === 0 ? PAGE_TITLE : SECTION_TITLE), keyword * CALLED);
        const score = (counted * 2 + part) * spelling.weight;
        found.titled = Math.max(found.titled, part * spelling.weight);
        if (entry === 0 && titled) found.inTitle = true;
        found.mentions += counted * spelling.weight;
        found.terms.add(spelling.joined);
        found.scores.set(entry, Math.max(found.scores.get(entry) ?? 0, score));
      }
    }
    return byPage;
  }
})();
