/* Two spellings a reader takes for the same become the same string: full and half width, case, spaces,
   and separators in numbers. "NATゲートウェイ" finds "NAT ゲートウェイ", "65000" finds "65,000". */
(() => {
  "use strict";
  const search = (window.guideSearch ??= {});

  const BLANK = /[\s\u200b\u00ad]/g;
  const THOUSANDS = /(\d),(?=\d{3})/g;
  const PLAIN = /^[!-~\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff]$/; // most of a text: nothing to fold but case
  // A mark that belongs to the character before it: ｶﾞ is one character once folded.
  const COMBINING = /[\u3099\u309a\uff9e\uff9f\u0300-\u036f]/;

  search.fold = (text) => text.normalize("NFKC").toLowerCase().replace(BLANK, "").replace(THOUSANDS, "$1");

  /* The folded text with, for each of its characters, where it begins and ends in the original: matches
     are found in the one and marked in the other. Costly, so only for results that are shown. */
  search.foldWithPositions = (text) => {
    const positions = { folded: "", begin: [], end: [] };
    for (let start = 0; start < text.length; ) {
      let next = start + (text.codePointAt(start) > 0xffff ? 2 : 1);
      while (next < text.length && COMBINING.test(text[next])) next++;
      const separator = text[start] === "," && /\d/.test(text[start - 1]) && /^\d{3}/.test(text.slice(next));
      const character = text.slice(start, next);
      const folded = separator ? "" : PLAIN.test(character) ? character.toLowerCase() : search.fold(character);
      for (let i = 0; i < folded.length; i++) {
        positions.begin.push(start);
        positions.end.push(next);
      }
      positions.folded += folded;
      start = next;
    }
    return positions;
  };

  /* The words of a query, folded. Japanese commas and stops separate like spaces. */
  search.termsOf = (query) => {
    const words = query.normalize("NFKC").split(/[\s、。]+/).map(search.fold);
    return [...new Set(words.filter(Boolean))];
  };
})();
