/* What a query asks for: its words, with what else the guide calls the same thing. Japanese compounds are taken
   apart where the script changes, English words are cut to what their forms share. */
(() => {
  "use strict";
  const search = (window.guideSearch ??= {});

  const LONGEST = 5; // words that together are one expression
  // A run of one script; kanji keep their tail, Latin keeps what identifiers are made of.
  const RUNS =
    /[\u3400-\u9fff々]+[\u3041-\u309f]*|[\u30a1-\u30ff]+|[\u3041-\u309f]+|[^\u3041-\u30ff\u3400-\u9fff々\s]+/g;
  const EDGES = /^["'“”‘’「」『』()[\]{}<>.,:;!?…]+|["'“”‘’「」『』()[\]{}<>.,:;!?…]+$/g;
  const SUFFIX = /(?:ions?|ings?|ed|es|s|e)$/;

  /* The words of a query, folded, in order. */
  function wordsOf(query, particles) {
    const words = [];
    for (const written of query.normalize("NFKC").split(/[\s、。]+/)) {
      const word = written.replace(EDGES, "");
      for (const run of word.match(RUNS) ?? []) {
        const [, kanji, tail] = /^([\u3400-\u9fff々]{2,})([\u3041-\u309f]+)$/.exec(run) ?? [];
        for (const part of kanji ? [kanji, tail] : [run]) {
          const folded = search.fold(part);
          if (folded && !particles.includes(folded)) words.push(folded);
        }
      }
    }
    return words;
  }

  /* What the forms of an English word begin with: delete, deleted, deletion. Identifiers have one form. */
  function stem(word) {
    if (!/^[a-z]{5,}$/.test(word)) return word;
    const cut = word.replace(SUFFIX, "");
    return cut.length >= 4 ? cut : word;
  }

  const NONE = [];
  const known = new WeakMap();

  /* The spellings of the groups that have one, by that one, folded; itself first. */
  function bySpelling(groups) {
    if (!known.has(groups)) {
      const meant = new Map();
      for (const group of groups) {
        for (const spelling of group) {
          const folded = search.fold(spelling);
          meant.set(folded, [...(meant.get(folded) ?? [spelling]), ...group]);
        }
      }
      known.set(groups, meant);
    }
    return known.get(groups);
  }

  /* What a query asks for, each with the spellings that answer it, the reader's own first. */
  search.conceptsOf = (query, { same = NONE, passedOver = NONE, particles = NONE }) => {
    const words = wordsOf(query, particles);
    const meant = bySpelling(same);
    const concepts = [];
    for (let i = 0; i < words.length; ) {
      let taken = 0;
      for (let n = Math.min(LONGEST, words.length - i); n > 0 && !taken; n--) {
        const others = meant.get(words.slice(i, i + n).join(""));
        if (others) {
          concepts.push({ own: others[0], others });
          taken = n;
        }
      }
      if (!taken) concepts.push({ own: words[i], others: [] });
      i += taken || 1;
    }
    const asked = concepts.filter(({ own, others }) => others.length || !passedOver.includes(own));
    const unique = new Map((asked.length ? asked : concepts).map((concept) => [concept.own, concept]));
    return [...unique.values()].map(({ own, others }) => {
      const spellings = new Map([[stem(own), 1]]);
      for (const other of others.map(stem)) if (!spellings.has(other)) spellings.set(other, 0.6);
      return [...spellings].map(([written, weight]) => {
        const latin = /^[\x20-\x7e]+$/.test(written);
        const joined = search.fold(written);
        return { text: latin ? written : joined, joined, weight, latin };
      });
    });
  };
})();
