import { createReadStream } from 'node:fs';
import type { AccessLevel } from '../../src/kernel/access-level.ts';
import { DomainError } from '../../src/kernel/domain-error.ts';
import { catalogRefusals, type AssetKind, type Catalog, type Title } from '../../src/catalog/index.ts';

interface DemoTitle {
  readonly code: string;
  readonly kind: Title['kind'];
  readonly title: string;
  readonly description: string;
  readonly genres: readonly string[];
  readonly accessLevel: AccessLevel;
}

const GENRES = ['Documentary', 'Drama', 'Science', 'Animation', 'Electronic', 'Ambient'] as const;

const video = (
  code: string,
  accessLevel: AccessLevel,
  rest: Omit<DemoTitle, 'code' | 'kind' | 'accessLevel'>,
) => ({ code, kind: 'video', accessLevel, ...rest }) as const;
const music = (
  code: string,
  accessLevel: AccessLevel,
  rest: Omit<DemoTitle, 'code' | 'kind' | 'accessLevel'>,
) => ({ code, kind: 'music', accessLevel, ...rest }) as const;

/** A small house catalogue: each level has something to see, and something that is locked below it. */
const TITLES: readonly DemoTitle[] = [
  video('demo-first-light', 'free', {
    title: 'First Light',
    description: 'The test pattern as everybody knows it. Free for all, signed in or not.',
    genres: ['Documentary'],
  }),
  video('demo-colour-bars', 'free', {
    title: 'Colour Bars, a Love Story',
    description: 'Red meets blue. Green stands between them.',
    genres: ['Drama', 'Animation'],
  }),
  video('demo-the-long-tone', 'basic', {
    title: 'The Long Tone',
    description: 'Four hundred and forty times a second, for six seconds.',
    genres: ['Science', 'Documentary'],
  }),
  video('demo-moving-square', 'basic', {
    title: 'The Moving Square',
    description: 'It moves. Nobody knows why.',
    genres: ['Drama', 'Animation'],
  }),
  video('demo-signal-and-noise', 'premium', {
    title: 'Signal and Noise',
    description: 'What remains when everything else is filtered out.',
    genres: ['Science'],
  }),
  video('demo-last-frame', 'premium', {
    title: 'The Last Frame',
    description: 'Frame one hundred and fifty tells its story.',
    genres: ['Drama'],
  }),
  music('demo-a-440', 'free', {
    title: 'A 440',
    description: 'One note, held.',
    genres: ['Electronic', 'Ambient'],
  }),
  music('demo-a-440-extended', 'premium', {
    title: 'A 440 (Extended)',
    description: 'The same note, held for those who pay.',
    genres: ['Ambient'],
  }),
];

const SAMPLES = { video: 'test-pattern.mp4', music: 'tone.m4a', poster: 'poster.png' } as const;
const SECONDS = 6;

/**
 * Fills the catalogue with the demonstration titles, through the use cases. Idempotent by the titles' codes
 * and the genres' names: what is there stays as its editors left it, what an interrupted run left half done
 * is completed. The number of titles made.
 */
export async function seedDemoCatalogue(catalog: Catalog): Promise<number> {
  const genres = new Map<string, string>();
  for (const name of GENRES) genres.set(name, await genreId(catalog, name));
  let made = 0;
  for (const demo of TITLES) {
    const known = await catalog.titleByCode(demo.code);
    const title = known ?? (await make(catalog, demo, genres));
    if (!title) continue;
    if (!known) made += 1;
    await complete(catalog, title);
  }
  return made;
}

async function genreId(catalog: Catalog, name: string): Promise<string> {
  const known = await catalog.genreByName(name);
  return (known ?? (await catalog.createGenre(name))).id;
}

/** A new title; undefined when another process, seeding at the same moment, has just made it. */
async function make(
  catalog: Catalog,
  { code, kind, genres, ...text }: DemoTitle,
  ids: ReadonlyMap<string, string>,
): Promise<Title | undefined> {
  const draft = {
    ...text,
    genreIds: genres.flatMap((name) => ids.get(name) ?? []),
    visibility: 'public' as const,
    durationSeconds: SECONDS,
    language: 'en',
    releaseYear: 2026,
    creditsStartSeconds: null,
    allowComments: true,
  };
  try {
    return await catalog.createTitle({ kind, code, draft, createdBy: null });
  } catch (error) {
    if (error instanceof DomainError && error.code === catalogRefusals.titleCodeTaken.code) return undefined;
    throw error;
  }
}

async function complete(
  catalog: Catalog,
  { id, kind, status, mediaAssetId, posterAssetId }: Title,
): Promise<void> {
  const send = (asset: AssetKind, sample: string) =>
    catalog.upload({
      title: { id, kind },
      kind: asset,
      stream: createReadStream(new URL(`../media/samples/${sample}`, import.meta.url)),
      contentLength: null,
      // There is something to see from the first moment on; packages follow.
      servesAsItIs: true,
    });
  if (posterAssetId === null) await send('poster', SAMPLES.poster);
  if (mediaAssetId === null) await send('media', SAMPLES[kind]);
  if (status === 'draft') await catalog.publishTitle({ id, kind }, null);
}
