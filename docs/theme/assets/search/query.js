/* What a query asks for: its words, with what else the guide calls the same thing. Japanese compounds are
   taken apart where the script changes, English words are cut to what their forms share. A word the guide does not
   have is taken apart, cut to its root or replaced by the nearest one, before it is given up. */
(() => {
  "use strict";
  const search = (window.guideSearch ??= {});

  const LONGEST = 5; // words that together are one expression
  // A run of one script; kanji keep their tail, Latin keeps what identifiers are made of.
  const RUNS =
    /[\u3400-\u9fff々]+[\u3041-\u309f]*|[\u30a1-\u30ff]+|[\u3041-\u309f]+|[^\u3041-\u30ff\u3400-\u9fff々\s]+/g;
  // Not the stroke of a prefix length: /27.
  const EDGES = /^(?:["'`“”‘’「」『』()[\]{}<>.,:;!?…$|]|\/(?!\d))+|["'`“”‘’「」『』()[\]{}<>.,:;!?…/|]+$/g;
  const SUFFIX = /(?:ions?|ings?|ed|es|s|e)$/;
  const KANJI_WITH_TAIL = /^([\u3400-\u9fff々]+)([\u3041-\u309f]+)$/;
  const CAUSATIVE = /\u305b(?:\u306a\u3044|\u305f\u304f\u306a\u3044)$/; // せない, せたくない
  // Of an expression that is known without it: たい, ます, る, た, て.
  const ENDING = /(?:\u305f\u3044|\u307e\u3059|\u308b|\u305f|\u3066)$/;
  const VERB = /^[\u3400-\u9fff][\u3041-\u309f]+$/;
  const KANJI = /^[\u3400-\u9fff々]+$/;
  const HIRAGANA = /^[\u3041-\u309f]+$/;
  const PLAIN_WORD = /^(?:[a-z]+|[^\x20-\x7e]+)$/;
  const LATIN = /^[\x20-\x7e]+$/;
  // Weights: an action without its service, what else it is called, another form, a likely slip.
  const [ACTION, OTHER, FORM, NEAR] = [0.9, 0.6, 0.6, 0.5];
  // How much a word says of what is looked for, against one as it is written.
  const [VAGUE, PROSE, PART] = [0.3, 0.6, 0.6];

  /* The words of a query, folded, in order. */
  function wordsOf(query, particles) {
    const words = [];
    for (const written of query.normalize("NFKC").split(/[\s、。,]+(?!\d)|[\s、。]+/)) {
      const word = written.replace(EDGES, "");
      for (const run of word.match(RUNS) ?? []) {
        const [, kanji, tail] = KANJI_WITH_TAIL.exec(run) ?? [];
        const apart = kanji && (kanji.length > 1 || particles.includes(tail));
        for (const part of apart ? [kanji, tail] : [run.replace(EDGES, "")]) {
          const folded = withoutParticles(search.fold(part), particles);
          if (folded && !particles.includes(folded)) words.push(folded);
        }
      }
    }
    return words;
  }

  /* A run of hiragana without the particles it begins with: "だけつながらない". */
  function withoutParticles(word, particles) {
    if (!HIRAGANA.test(word)) return word;
    const first = particles.filter((particle) => word.startsWith(particle) && word.length > particle.length + 3);
    return first.length ? word.slice(Math.max(...first.map(({ length }) => length))) : word;
  }

  /* What the forms of a word begin with: delete, deleted, deletion; サーバ, サーバー. Identifiers have one form. */
  function stem(word) {
    if (/^[\u30a1-\u30ff]{3,}\u30fc$/.test(word)) return word.slice(0, -1);
    if (!/^[a-z]{5,}$/.test(word)) return word;
    const cut = word.replace(SUFFIX, "");
    return cut.length >= 4 ? cut : word;
  }

  /* What the forms of a Japanese verb or adjective begin with, the longest first: 消せない, 消せる, 消す. */
  function rootsOf(word) {
    const [, kanji] = KANJI_WITH_TAIL.exec(word) ?? [];
    if (kanji) return kanji.length > 1 ? [kanji] : [word.slice(0, 2), kanji];
    return HIRAGANA.test(word) && word.length > 3 ? [word.slice(0, 3)] : [];
  }

  const spellingOf = (written, weight) => {
    const latin = LATIN.test(written);
    const joined = search.fold(written);
    const text = latin ? search.foldSpaced(written) : joined;
    return { text, joined, weight, latin, bits: search.bitsOf(joined, latin ? text : "") };
  };

  const prepared = new WeakMap();

  /* What is known of words, made once: groups by spelling and by root, and which words the pages have. */
  function knowledgeOf(pages, { same = [], passedOver = [], particles = [] }) {
    if (!prepared.has(pages)) {
      const [bySpelling, byRoot] = [new Map(), new Map()];
      for (const group of same) {
        const others = group.map((spelling) => spellingOf(stem(spelling), OTHER));
        for (const spelling of group) {
          const joined = stem(wordsOf(spelling, particles).join("")) || search.fold(spelling);
          for (const key of new Set([joined, stem(search.fold(spelling))])) {
            bySpelling.set(key, [...(bySpelling.get(key) ?? []), ...others]);
          }
          // "呼ばせない" forbids, which "呼ぶ" does not: of such a form only the longest root.
          const roots = rootsOf(joined).slice(0, CAUSATIVE.test(joined) ? 1 : undefined);
          for (const root of roots) if (!byRoot.has(root)) byRoot.set(root, others);
        }
      }
      const vocabulary = search.vocabularyOf(pages, same);
      prepared.set(pages, { pages, passedOver, particles, bySpelling, byRoot, vocabulary });
    }
    return prepared.get(pages);
  }

  /* Before the first query is typed. */
  search.prepare = (pages, words) => void knowledgeOf(pages, words);

  const has = (known, word, whole) => search.has(known.pages, spellingOf(word, 1), whole);

  const concept = (own, spellings, weight = 1) => ({ own, spellings, weight });

  /* One thing asked for: the reader's own spelling first, then the others. */
  function called(own, others, weight = 1) {
    // As it is written where it stands for several words.
    const written = others.find(({ joined }) => joined === own)?.text ?? own;
    const spellings = new Map([[written, spellingOf(written, 1)]]);
    for (const other of others) if (!spellings.has(other.text)) spellings.set(other.text, other);
    return concept(own, [...spellings.values()], weight);
  }

  /* Whether a string is a word of the guide by itself: two kana or three letters may be there by chance. */
  const shortest = (word) => (LATIN.test(word) ? 4 : KANJI.test(word) ? 2 : 3);
  const isKnown = (known, word) =>
    known.bySpelling.has(stem(word)) ||
    (word.length >= shortest(word) && !HIRAGANA.test(word) && has(known, word, true));

  /* A run of known words that are written together; what is between them is passed over. */
  function partsOf(known, word) {
    const least = 2;
    const parts = [];
    for (let at = 0; at < word.length; ) {
      let end = word.length;
      while (end - at >= least && (end - at === word.length || !isKnown(known, word.slice(at, end)))) end--;
      if (end - at >= least) parts.push(word.slice(at, end));
      at = end - at >= least ? end : at + 1;
    }
    return { parts, covered: parts.join("").length / word.length };
  }

  /* A word on its own as the things it asks for. */
  function resolve(known, word) {
    const own = stem(word);
    const others = known.bySpelling.get(own) ?? known.bySpelling.get(word);
    if (others) return [called(own, others)];
    const vague = VERB.test(word) || HIRAGANA.test(word);
    const less = shorter(own);
    if (!vague && (has(known, own) || less.some(({ text }) => has(known, text)))) {
      // What is neither in a title nor has other spellings is no term.
      const term = known.vocabulary.has(word) || !PLAIN_WORD.test(word);
      return [called(own, less, term ? 1 : PROSE)];
    }
    if (vague) return forms(known, word);
    if (/[^a-z0-9]/.test(word) && LATIN.test(word)) {
      const parts = word.split(/[^a-z0-9]+/).filter((part) => !/\d/.test(part) && isKnown(known, part));
      const told = parts.filter((part) => !known.passedOver.includes(part));
      if (told.length) return told.map((part) => Object.assign(resolve(known, part)[0], { weight: PART }));
    }
    if (/\d/.test(word)) return []; // an id or a number that no page has is the reader's own
    const { parts, covered } = partsOf(known, word);
    const taken = () => parts.flatMap((part) => resolve(known, part));
    if (covered === 1) return taken();
    const near = search.nearest(word, known.vocabulary);
    if (near.length) {
      const meant = near.flatMap((word) => [
        spellingOf(stem(word), NEAR),
        ...(known.bySpelling.get(stem(word)) ?? []),
      ]);
      return [called(own, meant, PART)];
    }
    return !LATIN.test(word) && covered >= 0.5 ? taken() : [called(own, [])];
  }

  /* An action without its service: "CreateNetworkInterface" of "ec2:CreateNetworkInterface"; of "ec2:*" what
     all its actions begin with. */
  const shorter = (word) => {
    if (/^[a-z0-9-]+:\*$/.test(word)) return [spellingOf(word.slice(0, -1), ACTION)];
    const [, action] = /^[a-z0-9-]+:([a-z]{6,})$/.exec(word) ?? [];
    return action ? [spellingOf(action, ACTION)] : [];
  };

  /* A Japanese verb or what stands between words: many forms, and a page may have another one. */
  function forms(known, word) {
    const roots = rootsOf(word);
    for (const root of roots) {
      const others = known.byRoot.get(root);
      if (others) return [called(word, others, 1)];
    }
    const spellings = [word, ...roots].filter((form) => has(known, form)).map((form) => spellingOf(form, FORM));
    return spellings.length ? [concept(word, spellings, VAGUE)] : [];
  }

  /* The words of a query that say something, folded, as they are written. */
  search.wordsOf = (query, { particles = [], passedOver = [] }) =>
    wordsOf(query, particles).filter((word) => !passedOver.includes(word));

  /* What a query asks for, known to the guide or not. */
  search.conceptsOf = (pages, query, words) => {
    const known = knowledgeOf(pages, words);
    const written = wordsOf(query, known.particles);
    const passed = (word) => known.passedOver.includes(word);
    const telling = written.some((word) => !passed(word) || known.bySpelling.has(word));
    const concepts = [];
    for (let i = 0; i < written.length; ) {
      let taken = 0;
      for (let n = Math.min(LONGEST, written.length - i); n > 1 && !taken; n--) {
        const joined = written.slice(i, i + n).join("");
        const spelled = [stem(joined), joined, joined.replace(ENDING, "")];
        const others = spelled.map((one) => known.bySpelling.get(one)).find(Boolean);
        if (others) {
          concepts.push(called(joined, others));
          taken = n;
        }
      }
      if (!taken && (!telling || !passed(written[i]) || known.bySpelling.has(written[i]))) {
        concepts.push(...resolve(known, written[i]));
      }
      i += taken || 1;
    }
    return [...new Map(concepts.map((concept) => [concept.own, concept])).values()];
  };

  /* Words of the guide that look like those of a query which finds nothing. */
  search.suggestionsFor = (pages, query, words) => {
    const known = knowledgeOf(pages, words);
    return search.mostAlike(wordsOf(query, known.particles), known.vocabulary);
  };
})();
