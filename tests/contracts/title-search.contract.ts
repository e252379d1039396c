import { expect } from 'chai';
import { renameGenre } from '../../src/catalog/genre.ts';
import type { CatalogStores, TitleListing } from '../../src/catalog/ports.ts';
import { editTitle, type Title } from '../../src/catalog/title.ts';
import { searchedWords, wordsOf } from '../../src/catalog/words.ts';
import { after } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { chanceOf, seeds, sized } from '../world/chance.ts';
import { draft, genre, listing, nextId, NOW, published } from './catalog.fixtures.ts';
import type { Open } from './contract.ts';

/** The same documents answer the same queries on every store. */
export function titleSearchContract(open: Open<CatalogStores>): void {
  let unitOfWork: UnitOfWork<CatalogStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (...all: readonly Title[]): Promise<void> =>
    unitOfWork.run(async ({ titles }) => {
      for (const each of all) await titles.add(each);
    });
  const find = async (q: string, asked: Partial<TitleListing> = {}): Promise<readonly string[]> => {
    const { items } = await unitOfWork.read(({ titles }) =>
      titles.list({ limit: 100 }, listing({ order: 'title', ...asked }, { words: searchedWords(q) })),
    );
    return items.map(({ title }) => title.title);
  };
  const called = (name: string, rest: Partial<Title> = {}): Title => ({
    ...published(name),
    description: '',
    ...rest,
  });

  it('finds every word at the beginning of a word, in any order and across title and description', async () => {
    await add(called('Big Buck Bunny', { description: 'A giant rabbit.' }), called('The Big Sleep'));
    expect(await find('big')).to.deep.equal(['Big Buck Bunny', 'The Big Sleep']);
    expect(await find('bun bi')).to.deep.equal(['Big Buck Bunny']);
    expect(await find('rabb buck')).to.deep.equal(['Big Buck Bunny']);
    expect(await find('ig')).to.deep.equal([]);
    expect(await find('big sleep rabbit')).to.deep.equal([]);
    expect(await find('bigger')).to.deep.equal([]);
  });

  it('folds case and diacritics of any script, on both sides', async () => {
    const names = ['Amélie', 'Ærø', 'ŁÓDŹ', 'Straße', 'ΟΔΟΣ', 'İstanbul', 'ﬁne ＡＢＣ', 'السَّلامُ', 'हिन्दी'];
    await add(...names.map((name) => called(name)));
    const asked = ['AMELIE', 'aero', 'łodz', 'STRASSE', 'οδός', 'istanbul', 'fine abc', 'السلام', 'हिन्दी'];
    for (const [index, q] of asked.entries()) expect(await find(q), q).to.deep.equal([names[index]]);
    expect(await find('हन'), 'vowel signs are letters').to.deep.equal([]);
  });

  it('finds the middle of a sentence that is written without spaces', async () => {
    await add(called('進撃の巨人'), called('ราชินีหิมะ'), called('ガンダム'));
    expect(await find('巨人')).to.deep.equal(['進撃の巨人']);
    expect(await find('人')).to.deep.equal(['進撃の巨人']);
    expect(await find('หิมะ')).to.deep.equal(['ราชินีหิมะ']);
    expect(await find('ﾝﾀﾞﾑ')).to.deep.equal(['ガンダム']);
    expect(await find('人巨')).to.deep.equal([]);
  });

  it('takes operators and quotes for what they are: no words', async () => {
    await add(called('100% Wolf_x: "AND" & Peace'), called("Don't Look"), called('🎬 or not'));
    const wolf = ['100% Wolf_x: "AND" & Peace'];
    for (const q of [
      '"wolf"',
      'wolf*',
      '(wolf',
      "'wolf':* & !peace",
      '-wolf',
      '^wolf%',
      '\\wolf\\ <-> \0',
      'wolf AND',
    ])
      expect(await find(q), q).to.deep.equal(wolf);
    for (const q of ['NEAR(wolf peace)', 'wolf OR look', 'title_words:wolf', 'wolf | look'])
      expect(await find(q), q).to.deep.equal([]);
    expect(await find('or')).to.deep.equal(['🎬 or not']);
    expect(await find("don't")).to.deep.equal(["Don't Look"]);
    expect(await find('🎬')).to.deep.equal(['🎬 or not']);
  });

  it('compares long words by their beginning, and takes any number of words', async () => {
    const endless = 'x'.repeat(5_000);
    await add(called('Long', { description: endless }), called('Many', { description: 'ﷺ '.repeat(1_600) }));
    expect(await find(endless)).to.deep.equal(['Long']);
    expect(await find('x'.repeat(70))).to.deep.equal(['Long']);
    expect(await find('صلى')).to.deep.equal(['Many']);
    const alphabet = Array.from({ length: 100 }, (_, index) => String.fromCodePoint(0x4e00 + 2 * index));
    expect(await find(alphabet.join(' '))).to.deep.equal([]);
  });

  it('finds titles by their genres, and by the newest name of each', async () => {
    const [drama, noir] = [genre('Drama'), genre('Film Noir')];
    await unitOfWork.run(async ({ genres }) => {
      await genres.add(drama);
      await genres.add(noir);
    });
    const both = called('Laura', { genreIds: [drama.id, noir.id] });
    await add(both, called('Noirmoutier'), called('Nothing'));
    expect(await find('noir')).to.deep.equal(['Laura', 'Noirmoutier']);
    expect(await find('drama noir laur')).to.deep.equal(['Laura']);
    await unitOfWork.run(({ genres }) => genres.save(renameGenre(noir, 'Mystère')));
    expect([await find('noir'), await find('mystere film')]).to.deep.equal([['Noirmoutier'], []]);
    expect(await find('mystere')).to.deep.equal(['Laura']);
    await unitOfWork.run(({ genres }) => genres.remove(drama.id));
    expect([await find('drama'), await find('mystere laura')]).to.deep.equal([[], ['Laura']]);
  });

  it('keeps in step with what is written, and with what is not', async () => {
    const title = called('Before');
    await add(title);
    const edited = { ...editTitle(title, { title: 'After', description: 'Rewritten.' }), version: 2 };
    await unitOfWork
      .run(async ({ titles }) => {
        await titles.save(edited);
        throw new Error('give up');
      })
      .catch(() => undefined);
    expect([await find('before'), await find('after')]).to.deep.equal([['Before'], []]);
    await unitOfWork.run(({ titles }) => titles.save(edited));
    expect([await find('before'), await find('after rewr')]).to.deep.equal([[], ['After']]);
    await unitOfWork.run(({ titles }) => titles.remove(title.id));
    expect(await find('after')).to.deep.equal([]);
    await add(called('After all'));
    expect(await find('after')).to.deep.equal(['After all']);
  });

  it('shows no more than may be seen', async () => {
    await add(
      called('Secret plan', { visibility: 'private' }),
      called('Secret draft', { status: 'draft', publishedAt: null }),
      called('Secret future', { status: 'scheduled', publishedAt: after(NOW, 1) }),
      called('Secret past', { status: 'archived' }),
    );
    for (const order of ['title', 'relevance', 'popular'] as const)
      expect(await find('secret', { order })).to.deep.equal([]);
    expect(await find('secret', { openOnly: false })).to.have.length(4);
  });

  it('puts titles that are called so before others, each newest first, page by page', async () => {
    const at = (name: string, minutes: number, rest: Partial<Title> = {}) =>
      called(name, { listedAt: after(NOW, minutes), publishedAt: NOW, ...rest });
    const moon = genre('Moon');
    await unitOfWork.run(({ genres }) => genres.add(moon));
    await add(
      at('Moon', -5),
      at('Moonrise', -4),
      at('Apollo', -3, { description: 'To the moon.' }),
      at('Luna', -2, { genreIds: [moon.id] }),
      at('Moon and Moon', -1, { description: 'moon' }),
      at('Sun', 0),
    );
    const expected = ['Moon and Moon', 'Moonrise', 'Moon', 'Luna', 'Apollo'];
    expect(await find('moon', { order: 'relevance' })).to.deep.equal(expected);
    for (const limit of [1, 2, 3, 5]) {
      const seen: string[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await unitOfWork.read(({ titles }) =>
          titles.list(
            { limit, cursor: cursor ?? undefined },
            listing({ order: 'relevance' }, { words: ['moon'] }),
          ),
        );
        seen.push(...page.items.map(({ title }) => title.title));
        cursor = page.nextCursor;
      }
      expect(seen, `pages of ${limit}`).to.deep.equal(expected);
    }
  });

  for (const seed of seeds()) {
    it(`finds what a plain comparison of words finds (seed ${seed})`, async () => {
      const chance = chanceOf(seed);
      const pick = <T>(all: readonly T[]): T => all[Math.floor(chance() * all.length)] as T;
      const stems = [
        'ab',
        'abc',
        'abcd',
        'b',
        'ba',
        'Bá',
        'ß',
        'ss',
        '1',
        '12',
        '人',
        '人生',
        '🎬',
        'x-y',
        "o'b",
      ];
      const text = (most: number): string =>
        Array.from({ length: Math.floor(chance() * (most + 1)) }, () => pick(stems)).join(
          pick([' ', ', ', '\n']),
        );
      const genres = Array.from({ length: 3 }, (_, index) => genre(`${text(2)} ${index}`));
      const channel = { channelId: nextId(), name: text(2) };
      const all = Array.from({ length: sized(300, 40) }, () => ({
        ...draft({
          title: text(3),
          description: text(4),
          genreIds: genres.filter(() => chance() < 0.3).map(({ id }) => id),
        }),
        channelId: chance() < 0.3 ? channel.channelId : null,
      }));
      await unitOfWork.run(async (stores) => {
        for (const each of genres) await stores.genres.add(each);
        await stores.channelNames.put({ ...channel, words: wordsOf(channel.name).join(' ') });
        for (const each of all) await stores.titles.add(each);
      });
      const textOf = ({ title, description, genreIds, channelId }: Title): string =>
        [
          title,
          description,
          ...genres.filter(({ id }) => genreIds.includes(id)).map(({ name }) => name),
          channelId === null ? '' : channel.name,
        ].join('\n');
      for (let round = 0; round < sized(100, 15); round += 1) {
        const words = searchedWords(`${pick(stems)} ${text(2)}`);
        const expected = all.filter((title) => {
          const own = wordsOf(textOf(title));
          return words.every((word) => own.some((each) => each.startsWith(word)));
        });
        const { items } = await unitOfWork.read(({ titles }) =>
          titles.list({ limit: 1_000 }, listing({ order: 'relevance', openOnly: false }, { words })),
        );
        expect(items.map(({ title }) => title.id).sort(), words.join(' ')).to.deep.equal(
          expected.map(({ id }) => id).sort(),
        );
      }
    });
  }
}
