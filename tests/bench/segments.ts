import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beatAll, setStage, type Subscriber } from './cast.ts';
import { download } from './download.ts';
import { memoryMiB } from './load.ts';
import { serve, type Served } from './processes.ts';
import { STORES, withProduct, type Product } from './product.ts';
import { cpuOf, failedIn, interleaved, measured, medianOf, ratioOf, SECONDS } from './rounds.ts';
import { CONNECTIONS } from './subjects.ts';

/**
 * `npm run bench -- segments`: segments of a packaged title by the tickets of streams that run, beside
 * `express.static` on the very same files in a process of its own; interleaved, each connection with a stream of its
 * own. The title is packaged by ffmpeg; two segments of the sizes to be measured are laid beside its own.
 */
const SEGMENTS = [
  { name: 'seg-90001.m4s', bytes: 1_500_000, size: '1.5 MB' },
  { name: 'seg-90002.m4s', bytes: 100_000, size: '100 kB' },
] as const;
type Segment = (typeof SEGMENTS)[number];

const MANIFEST = 'master.m3u8';

/** Lays the segments that are measured into a rendition of the only package; the rendition's name and folder. */
async function laySegments(
  dataDir: string,
): Promise<{ readonly rendition: string; readonly folder: string }> {
  const packages = join(dataDir, 'media', 'packages');
  const [packageKey = ''] = await readdir(packages);
  const entries = await readdir(join(packages, packageKey), { withFileTypes: true });
  const rendition = entries.find((entry) => entry.isDirectory())?.name;
  if (rendition === undefined) throw new Error('the package has no rendition');
  const folder = join(packages, packageKey, rendition);
  for (const { name, bytes } of SEGMENTS) await writeFile(join(folder, name), randomBytes(bytes));
  return { rendition, folder };
}

interface Scene {
  readonly usher: Product;
  readonly bare: Served;
  readonly viewers: readonly Subscriber[];
  readonly rendition: string;
}

async function compare(store: string, segment: Segment, scene: Scene): Promise<void> {
  const { usher, bare, viewers, rendition } = scene;
  const { name, bytes, size } = segment;
  const load = { connections: CONNECTIONS, seconds: SECONDS, bytes };
  const below = (connection: number): string =>
    viewers[connection % viewers.length]?.manifestUrl.replace(MANIFEST, '') ?? '';
  const rounds = await interleaved({
    theirs: () =>
      measured({ pid: bare.pid }, () => download({ ...load, base: bare.base, path: () => `/${name}` })),
    ours: async () => {
      await beatAll(usher.base, viewers);
      const path = (connection: number): string => `${below(connection)}${rendition}/${name}`;
      return measured(usher, () => download({ ...load, base: usher.base, path }));
    },
  });
  const { ours } = rounds;
  const perSecond = medianOf(ours, (round) => round.perSecond);
  const figures = [
    `${perSecond.toFixed(0)}/s (${((perSecond * bytes) / 1e6).toFixed(0)} MB/s)`,
    ratioOf(rounds, 'express.static'),
    cpuOf(rounds),
    `${failedIn(ours)} failed`,
    `resident ${await memoryMiB(usher.pid)} MiB`,
  ];
  console.log(`${store}: segments of ${size}: ${figures.join(', ')}`);
}

async function measure(store: string, usher: Product): Promise<void> {
  const { subscribers } = await setStage(usher.base, usher.admin, CONNECTIONS);
  if (!subscribers.every(({ manifestUrl }) => manifestUrl.endsWith(MANIFEST)))
    throw new Error('the title was not packaged: is there an ffmpeg?');
  const { rendition, folder } = await laySegments(usher.dataDir);
  const bare = await serve('tests/bench/static.ts', [folder], { PATH: process.env['PATH'] });
  try {
    for (const segment of SEGMENTS)
      await compare(store, segment, { usher, bare, viewers: subscribers, rendition });
  } finally {
    await bare.stop();
  }
}

export async function benchSegments(): Promise<void> {
  for (const store of STORES)
    await withProduct({ store, variables: { PACKAGING: 'auto' } }, (usher) => measure(store, usher));
}
