import { expect } from 'chai';
import fc from 'fast-check';
import { hasWord, searchedWords, wordsOf, wordText } from '../../../src/catalog/words.ts';
import { sized } from '../../races/race.ts';

describe('the words of a text', () => {
  const cases: readonly (readonly [text: string, words: readonly string[]])[] = [
    ['Big  BUCK\nbunny, big', ['big', 'buck', 'bunny']],
    ['Amélie Ame\u0301lie', ['amelie']],
    ['Straße ŒUVRE Łódź İstanbul Þór', ['strasse', 'oeuvre', 'lodz', 'istanbul', 'thor']],
    ['ΟΔΟΣ ὁδός', ['οδοσ']],
    ['ﬁne ＡＢＣ x²', ['fine', 'abc', 'x2']],
    ["don't l'été 3D 007", ['don', 't', 'l', 'ete', '3d', '007']],
    ['שָׁלוֹם السَّلامُ', ['שלום', 'السلام']],
    ['कि का', ['कि', 'का']],
    ['한국어', ['한국어'.normalize('NFD')]],
    ['進撃の巨人', ['進撃', '撃の', 'の巨', '巨人', '人']],
    ['ガンダム ｶﾞﾝ', ['ガン', 'ンダ', 'ダム', 'ム', 'ン'].map((word) => word.normalize('NFD'))],
    ['co\u00adop می\u200cخواهم \u202eabc', ['coop', 'میخواهم', 'abc']],
    ['👩‍👩‍👧 ❤️', ['👩', '👧', '❤']],
    ['"a" OR b* (c) \\d -e ^f {g}:h & i | j ! <->', ['a', 'or', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']],
    ['!? \0 \ud800 \u0301 —', []],
  ];
  for (const [text, words] of cases) {
    it(JSON.stringify(text), () => {
      expect(wordsOf(text)).to.deep.equal(words);
    });
  }

  it('are cut where they have been told apart long since', () => {
    expect(wordsOf('x'.repeat(5_000))).to.deep.equal(['x'.repeat(64)]);
    expect(wordsOf('😀'.repeat(70))).to.deep.equal(['😀']);
  });

  it('never hold what a database could take for an operator, whatever comes', () => {
    const plain = /^[\p{L}\p{N}\p{M}\p{Extended_Pictographic}]+$/u;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        for (const word of wordsOf(text)) {
          expect(word).to.match(plain);
          expect(word).to.not.match(/[\s"'\\\0]/u);
          expect([...word].length).to.be.within(1, 64);
        }
      }),
      { numRuns: sized(20_000, 500) },
    );
  });

  it('are the same for one text in any form and case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const words = wordsOf(text);
        expect(wordsOf(text.normalize('NFD'))).to.deep.equal(words);
        expect(wordsOf(text.normalize('NFC'))).to.deep.equal(words);
      }),
      { numRuns: sized(20_000, 500) },
    );
  });

  it('find each text by any of its own words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        for (const word of searchedWords(text)) expect(hasWord(wordText(text), word)).to.equal(true);
      }),
      { numRuns: sized(20_000, 500) },
    );
  });
});

describe('the words of a search', () => {
  it('leave out what another one begins with', () => {
    expect(searchedWords('the th t there bunny')).to.deep.equal(['there', 'bunny']);
    expect(searchedWords('a a A')).to.deep.equal(['a']);
  });

  it('are looked for at the beginning of words', () => {
    const words = wordText('Big Bunny');
    expect(['big', 'bi', 'bunny'].map((word) => hasWord(words, word))).to.deep.equal([true, true, true]);
    expect(['ig', 'bigger', 'g b'].map((word) => hasWord(words, word))).to.deep.equal([false, false, false]);
  });
});
