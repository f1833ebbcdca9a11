/* Two spellings a reader takes for the same become the same string: full and half width, case, spaces,
   small and large kana, and separators in numbers. "NATゲートウエイ" finds "NAT ゲートウェイ", "65000" finds "65,000". */
(() => {
  "use strict";
  const search = (window.guideSearch ??= {});

  const BLANK = /[\s\u200b\u00ad]/g;
  const THOUSANDS = /(\d),(?=\d{3})/g;
  // ァィゥェォャュョ, each followed by its large one; ッ is a sound of its own.
  const SMALL_KANA = [0x30a1, 0x30a3, 0x30a5, 0x30a7, 0x30a9, 0x30e3, 0x30e5, 0x30e7];
  const SMALL = new RegExp(`[${String.fromCharCode(...SMALL_KANA)}]`, "g");
  const COMMA = 44;
  // A mark that belongs to the character before it: ｶﾞ is one character once folded.
  const COMBINING = /[\u3099\u309a\uff9e\uff9f\u0300-\u036f]/;

  const large = (text) => text.replace(SMALL, (kana) => String.fromCharCode(kana.charCodeAt(0) + 1));

  /* With its blanks, to see where words begin. */
  search.foldSpaced = (text) => large(text.normalize("NFKC").toLowerCase().replace(THOUSANDS, "$1"));
  search.withoutBlanks = (text) => text.replace(BLANK, "");
  search.fold = (text) => search.withoutBlanks(search.foldSpaced(text));

  const isPlain = (code) =>
    (code > 32 && code < 127) ||
    (code > 0x3040 && code < 0x3097) ||
    (code > 0x30a0 && code < 0x30fb) ||
    code === 0x30fc ||
    (code >= 0x4e00 && code < 0xa000);
  const isSmall = (code) => SMALL_KANA.includes(code);

  /* The folded text with, for each of its characters, where it begins and ends in the original: matches
     are found in the one and marked in the other. Only for results that are shown. */
  search.foldWithPositions = (text) => {
    const [folded, begin, end] = [[], [], []];
    const add = (code, start, next) => {
      folded.push(code);
      begin.push(start);
      end.push(next);
    };
    for (let start = 0; start < text.length; ) {
      const code = text.codePointAt(start);
      let next = start + (code > 0xffff ? 2 : 1);
      while (next < text.length && text.charCodeAt(next) > 255 && COMBINING.test(text[next])) next++;
      const separates = code === COMMA && /\d/.test(text[start - 1]) && /^\d{3}/.test(text.slice(next));
      if (!separates && next === start + 1 && isPlain(code)) {
        add(code > 64 && code < 91 ? code + 32 : isSmall(code) ? code + 1 : code, start, next);
      } else if (!separates && code !== 32) {
        const characters = search.fold(text.slice(start, next)).split("");
        for (const character of characters) add(character.charCodeAt(0), start, next);
      }
      start = next;
    }
    return { folded: String.fromCharCode(...folded), begin, end };
  };
})();
