/* The words of the guide that are nearest to one it does not have: a letter too many, too few or in the wrong
   place. */
(() => {
  "use strict";
  const search = (window.guideSearch ??= {});

  const WORD = /[a-z][a-z0-9-]+|[\u30a1-\u30ff]{2,}|[\u3400-\u9fff]{2,}/gi;
  const SHORTEST = 4; // a shorter word is near to too many others

  const mistakesIn = (word) => (word.length < SHORTEST ? 0 : word.length < 8 ? 1 : 2);

  /* The words of titles and of what has several spellings: folded, and as they are written. */
  search.vocabularyOf = (pages, same) => {
    const vocabulary = new Map();
    const learn = (written) => {
      for (const word of written.normalize("NFKC").match(WORD) ?? []) {
        if (!vocabulary.has(search.fold(word))) vocabulary.set(search.fold(word), word);
      }
    };
    for (const entries of pages) for (const { title } of entries) learn(title);
    for (const group of same) group.forEach(learn);
    return vocabulary;
  };

  /* The folded words at the smallest distance, none if all are too far. */
  search.nearest = (word, vocabulary, most = mistakesIn(word)) => {
    let found = [];
    let least = most;
    if (!most) return found;
    for (const candidate of vocabulary.keys()) {
      if (candidate.length < SHORTEST || Math.abs(candidate.length - word.length) > least) continue;
      const away = distance(word, candidate, least);
      if (away > least) continue;
      if (away < least) found = [];
      least = away;
      found.push(candidate);
    }
    return found;
  };

  /* Letters to insert, leave out, replace or swap with their neighbor; more than `most` is not counted on. */
  function distance(a, b, most) {
    let [before, above] = [[], Array.from({ length: b.length + 1 }, (_, i) => i)];
    for (let i = 1; i <= a.length; i++) {
      const row = [i];
      let least = i;
      for (let j = 1; j <= b.length; j++) {
        const replaced = above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
        row[j] = Math.min(replaced, above[j] + 1, row[j - 1] + 1);
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
        least = Math.min(least, row[j]);
      }
      if (least > most) return most + 1;
      [before, above] = [above, row];
    }
    return above[b.length];
  }

  const ALIKE = 0.35; // share of the pairs of characters that two words have in common
  const MAX_SUGGESTED = 5;

  /* Words as they are written that have much in common with one of the folded words, most alike first. */
  search.mostAlike = (words, vocabulary) => {
    const alike = new Map();
    for (const pairs of words.map(pairsOf)) {
      for (const [folded, written] of vocabulary) {
        const others = pairsOf(folded);
        const common = [...others].filter((pair) => pairs.has(pair)).length;
        const share = (2 * common) / (pairs.size + others.size);
        if (share >= ALIKE && share > (alike.get(written) ?? 0)) alike.set(written, share);
      }
    }
    const best = [...alike].sort(([, a], [, b]) => b - a).slice(0, MAX_SUGGESTED);
    return best.map(([written]) => written);
  };

  const pairsOf = (word) => new Set([...word].slice(1).map((character, i) => word[i] + character));
})();
