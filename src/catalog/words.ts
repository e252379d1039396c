/** Enough to tell words apart; a longer one is compared by its beginning. */
const WORD_CODE_POINTS = 64;

/** Letters that Unicode does not take apart, as people type them where they have no key for them. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
};
const PLAINABLE = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'gu');

/**
 * What is left out inside a word: format characters, and the marks that any script may put on a letter
 * (accents, Arabic vowels) with those of Hebrew. Vowel signs of other scripts, and the voicing of kana, make
 * another letter to their readers.
 */
const LEFT_OUT = /\p{Cf}|(?=\p{M})(?![\u3099\u309a])[\p{Script=Inherited}\p{Script=Hebrew}]/gu;

/** A sign of a script written without spaces between words, with its marks. */
const UNSPACED =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]';
const RUN = new RegExp(
  `(?<unspaced>(?:(?=[\\p{L}\\p{N}])${UNSPACED}\\p{M}*)+)|(?<symbol>\\p{Extended_Pictographic})|(?:(?!${UNSPACED})[\\p{L}\\p{N}]\\p{M}*)+`,
  'gu',
);
const SIGN = /\P{M}\p{M}*/gu;

/**
 * The words of a text as search compares them, each once: without case, accents or punctuation. Where a
 * script has no spaces, each sign with the one behind it is a word, so that a search finds the middle of a
 * sentence too. A word holds letters, digits, marks and pictographs only, never an operator of any database:
 * that is what makes it safe inside the queries of FTS5 and tsquery.
 */
export function wordsOf(text: string): readonly string[] {
  const folded = text
    .toWellFormed()
    .normalize('NFKD')
    .replace(LEFT_OUT, '')
    .toLowerCase()
    .replace(PLAINABLE, (letter) => PLAIN[letter] ?? letter);
  const found = [...folded.matchAll(RUN)].flatMap(({ 0: run, groups }) =>
    groups?.['unspaced'] === undefined ? [run] : pairsOf(run),
  );
  return [...new Set(found.map((word) => [...word].slice(0, WORD_CODE_POINTS).join('')))];
}

/** Each sign with its successor, and the last one alone. */
function pairsOf(run: string): readonly string[] {
  const signs = run.match(SIGN) ?? [];
  return signs.map((sign, index) => sign + (signs[index + 1] ?? ''));
}

/** Words as stores keep them: one text, a space between them. */
export const wordText = (...texts: readonly string[]): string => wordsOf(texts.join('\n')).join(' ');

/** Whether one of the words of a `wordText` begins so. */
export const hasWord = (words: string, beginning: string): boolean => ` ${words}`.includes(` ${beginning}`);

/** The words of a search: one that another begins with asks for nothing more, and is left out. */
export function searchedWords(q: string): readonly string[] {
  const words = wordsOf(q);
  return words.filter((word) => !words.some((other) => other !== word && other.startsWith(word)));
}
