/* The pages as they are searched: folded once, and with a signature by which most entries are passed over
   without looking into their text. */
(() => {
  "use strict";
  const search = (window.guideSearch ??= {});

  const BITS = 4096; // of a signature: an entry has some hundred different ones
  const MAX_KEPT = 4000; // spellings whose places are remembered
  const MAX_COUNTED = 5; // a word repeated on every line says no more about a section than five times
  const INFLECTIONS = new Set(["", "s", "e", "es", "d", "ed", "er", "ers", "ing", "ings", "ion", "ions"]);
  const LONGEST_INFLECTION = 4;
  const LONGER = 0.4; // a word that begins another one: "subnet" in "subnetids"
  const SHORT = 5; // letters of a word that is looked for only where words begin
  const INNER = 0.2; // one inside of another: "interface" in "createnetworkinterface"

  /* Entries of one page in order: the page itself first, then its sections, whose locations are a fragment.
     `keywords` has, by page, what readers call its subject. */
  search.groupByPage = (entries, keywords = {}) => {
    const pages = [];
    let address;
    for (const [location, title, text, code = ""] of entries) {
      const section = location.includes("#");
      if (!section) address = location;
      const entry = {
        location: location.startsWith("#") ? address + location : location,
        title,
        text,
        folded: {
          title: folded(title),
          text: folded(text),
          code: folded(code),
          called: folded((!section && keywords[location]) || ""),
        },
      };
      entry.signature = signatureOf(entry.folded);
      if (section) pages[pages.length - 1].push(entry);
      else pages.push([entry]);
    }
    for (const entries of pages) entries.signature = signatureOfAll(entries);
    return pages;
  };

  function folded(text) {
    const spaced = search.foldSpaced(text);
    return { spaced, joined: search.withoutBlanks(spaced) };
  }

  const isLetter = (code) => (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
  const bitOf = (a, b, c = 0) => (((a * 31 + b) * 31 + c) * 7) & (BITS - 1);

  /* Two characters tell Japanese texts apart, three Latin ones. */
  function addBits(joined, bits) {
    for (let i = 1; i < joined.length; i++) {
      const [a, b] = [joined.charCodeAt(i - 1), joined.charCodeAt(i)];
      if (a > 127 || b > 127) bits.push(bitOf(a, b));
      else if (i > 1 && joined.charCodeAt(i - 2) < 128) bits.push(bitOf(joined.charCodeAt(i - 2), a, b));
    }
  }

  const START = 1; // no character of a text

  /* Where words begin: a short Latin word counts only there. */
  function addStarts(spaced, bits) {
    for (let i = 0; i < spaced.length - 1; i++) {
      const [a, b] = [spaced.charCodeAt(i), spaced.charCodeAt(i + 1)];
      if (isLetter(a) && isLetter(b) && !(i > 0 && isLetter(spaced.charCodeAt(i - 1)))) {
        bits.push(bitOf(START, a, b));
      }
    }
  }

  function signatureOf(fields) {
    const signature = new Uint32Array(BITS / 32);
    for (const { spaced, joined } of Object.values(fields)) {
      const bits = [];
      addBits(joined, bits);
      addStarts(spaced, bits);
      for (const bit of bits) signature[bit >> 5] |= 1 << (bit & 31);
    }
    return signature;
  }

  /* What none of a page's entries may have, the page cannot have. */
  function signatureOfAll(entries) {
    const all = new Uint32Array(BITS / 32);
    for (const { signature } of entries) for (let i = 0; i < all.length; i++) all[i] |= signature[i];
    return all;
  }

  /* The bits of a folded string, or of a short word: an entry, or a page, that lacks one of them does not have it. */
  search.bitsOf = (joined, word = "") => {
    const bits = [];
    addBits(joined, bits);
    if (word && word.length <= SHORT && isLetter(word.charCodeAt(0))) addStarts(word, bits);
    return bits;
  };

  search.mayHave = ({ signature }, bits) => {
    for (const bit of bits) if (!(signature[bit >> 5] & (1 << (bit & 31)))) return false;
    return true;
  };

  /* How often a field has a spelling. A Latin word counts in full where a word begins. */
  const countSpelling = ({ spaced, joined }, { text, joined: unspaced, latin }) => {
    if (!latin) return search.count(joined, unspaced);
    let found = 0;
    let inner = 0;
    for (let at = spaced.indexOf(text); at >= 0 && found < MAX_COUNTED; at = spaced.indexOf(text, at + 1)) {
      if (at > 0 && isLetter(spaced.charCodeAt(at - 1))) {
        inner = text.length > SHORT ? INNER : inner;
        continue;
      }
      const from = at + text.length;
      let end = from;
      while (end <= from + LONGEST_INFLECTION && isLetter(spaced.charCodeAt(end))) end++;
      found += INFLECTIONS.has(spaced.slice(from, end)) ? 1 : LONGER;
    }
    return found || inner || (text.length > SHORT && text !== unspaced && joined.includes(unspaced) ? 1 : 0);
  };

  search.count = (text, term) => {
    let found = 0;
    for (let at = text.indexOf(term); at >= 0 && found < MAX_COUNTED; at = text.indexOf(term, at + term.length)) {
      found++;
    }
    return found;
  };

  const postings = new WeakMap();

  /* Where pages have a spelling: by page and entry how often in the text, the title and what readers call it.
     Kept, since the next letter typed asks for the same words again. */
  search.postingsOf = (pages, spelling) => {
    if (!postings.has(pages)) postings.set(pages, new Map());
    const kept = postings.get(pages);
    if (!kept.has(spelling.text)) {
      if (kept.size >= MAX_KEPT) kept.clear();
      kept.set(spelling.text, look(pages, spelling));
    }
    return kept.get(spelling.text);
  };

  function look(pages, spelling) {
    const found = [];
    for (let page = 0; page < pages.length; page++) {
      const entries = pages[page];
      if (!search.mayHave(entries, spelling.bits)) continue;
      for (let entry = 0; entry < entries.length; entry++) {
        if (!search.mayHave(entries[entry], spelling.bits)) continue;
        const { title, text, code, called } = entries[entry].folded;
        const counted = countSpelling(text, spelling) + countSpelling(code, spelling) / 2;
        const titled = Math.min(1, countSpelling(title, spelling));
        const keyword = Math.min(1, countSpelling(called, spelling));
        if (!counted && !titled && !keyword) continue;
        // The larger its part of the title, the more the title is about the term.
        const share = 0.5 + spelling.joined.length / (title.joined.length || 1);
        found.push({ page, entry, counted, titled: titled * share, keyword });
      }
    }
    return found;
  }

  /* Whether any page has a spelling where a word begins, or only as a whole word. */
  search.has = (pages, spelling, whole = false) => {
    const least = whole ? LONGER : INNER;
    return search.postingsOf(pages, spelling).some(
      ({ counted, titled, keyword }) => counted > least || titled > least || keyword > least,
    );
  };
})();
