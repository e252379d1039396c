import { expect } from 'chai';
import { randomIds } from '../../adapters/security/random-ids.ts';
import type { Title, UploadRef } from '../../src/catalog/index.ts';
import { DomainError } from '../../src/kernel/domain-error.ts';
import { HOUR } from '../../src/kernel/instant.ts';
import { CLIP, type CatalogWorld } from '../world/catalog.ts';
import { CLIP_SHA256, uploadWorld, type UploadWorld } from '../world/resumable-uploads.ts';
import { chanceOf, seeds, sized } from './race.ts';

const NONE = Buffer.alloc(0);
const SENDERS = 12;
const STEPS = sized(60, 25);
/** Titles that all of them send files of: few, so that they get in one another's way. */
const TITLES = 4;

/** One of the processes of the house, the upload that somebody has in mind there, and its title. */
interface Moment {
  readonly by: CatalogWorld;
  readonly ref: UploadRef;
  readonly title: Title;
}

class Turmoil {
  readonly #all: UploadWorld;
  readonly #chance: () => number;
  readonly #processes: readonly CatalogWorld[];
  readonly #uploads: { readonly ref: UploadRef; readonly title: Title }[] = [];
  readonly #titles = new Set<Title>();

  constructor(all: UploadWorld, seed: number) {
    this.#all = all;
    this.#chance = chanceOf(seed);
    this.#processes = [1, 2, 3].map(() => all.anotherProcess({ ids: randomIds() }));
  }

  readonly #upTo = (count: number): number => Math.floor(this.#chance() * count);

  #oneOf<T>(items: readonly T[]): T {
    const item = items[this.#upTo(items.length)];
    if (item === undefined) throw new RangeError('there is none');
    return item;
  }

  async begin(): Promise<void> {
    while (this.#titles.size < TITLES) this.#titles.add(await this.#all.world.title());
    const title = this.#oneOf([...this.#titles]);
    this.#uploads.push({ title, ref: await this.#all.begin(title) });
  }

  /** Bytes as a network brings them, and perhaps not to their end. */
  async *#slowly(bytes: Uint8Array, breaks: number): AsyncGenerator<Uint8Array> {
    const step = 10_000 + this.#upTo(100_000);
    for (let at = 0; at < bytes.length; at += step) {
      for (let turns = this.#upTo(6); turns > 0; turns -= 1)
        await new Promise((resolve) => setImmediate(resolve));
      yield bytes.subarray(at, at + step);
    }
    if (this.#chance() < breaks) throw new Error('the connection broke');
  }

  readonly #goOn = async ({ by, ref }: Moment): Promise<void> => {
    const at = (await by.catalog.resumableUpload(ref)).upload.offsetBytes;
    const end = this.#chance() < 0.4 ? CLIP.length : at + 1 + this.#upTo(CLIP.length - at);
    await this.#all.send(ref, at, NONE, { by, stream: this.#slowly(CLIP.subarray(at, end), 0.3) });
  };

  readonly #sendWhole = async ({ by, title }: Moment): Promise<void> => {
    const stream = this.#slowly(CLIP, 0.5);
    await by.catalog.upload({ title, kind: 'media', stream, contentLength: CLIP.length });
  };

  readonly #delete = async ({ by, title }: Moment): Promise<void> => {
    this.#titles.delete(title);
    await by.catalog.deleteTitle(title);
  };

  /** What may happen, each as often as it stands here. */
  readonly #happenings: readonly ((moment: Moment) => Promise<unknown>)[] = [
    ...Array.from({ length: 20 }, () => this.#goOn),
    () => this.begin(),
    () => this.begin(),
    this.#sendWhole,
    this.#delete,
    ({ by, ref }) => by.catalog.abandonUpload(ref),
    ({ by, ref }) => this.#all.send(ref, 0, Buffer.from('no film at all'), { by }),
    ({ by }) => by.catalog.failStaleUploads(9),
    ({ by }) => by.catalog.removeDueFiles(9),
    async () => void this.#all.world.advance(this.#upTo(30) * HOUR),
  ];

  /** One thing after another, whatever is said to it; throws what no caller should ever see. */
  async sender(): Promise<void> {
    for (let step = 0; step < STEPS; step += 1) {
      const moment = { by: this.#oneOf(this.#processes), ...this.#oneOf(this.#uploads.slice(-3)) };
      try {
        await this.#oneOf(this.#happenings)(moment);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
      }
    }
  }

  /** The names of files that serve, behind one more that nobody disturbs and all that falls due. */
  async settled(): Promise<readonly string[]> {
    const { world } = this.#all;
    await this.begin();
    await this.#all.send(this.#oneOf(this.#uploads.slice(-1)).ref, 0, CLIP);
    for (let day = 0; day < 4; day += 1) {
      world.advance(30 * HOUR);
      await world.catalog.failStaleUploads(99);
      await world.catalog.removeDueFiles(999);
    }
    const slots = [...this.#titles].map((title) => world.catalog.assetOf(title, 'media'));
    const serving = (await Promise.all(slots)).flatMap((slot) => slot.serving ?? []);
    for (const { sha256 } of serving) expect(sha256).to.equal(CLIP_SHA256);
    return serving.map(({ storageKey }) => storageKey);
  }
}

describe('uploads to which everything happens at once', () => {
  for (const seed of seeds())
    it(`leave whole files that serve, and nothing else (${seed})`, async () => {
      const all = await uploadWorld();
      const turmoil = new Turmoil(all, seed);
      await turmoil.begin();
      await Promise.all(Array.from({ length: SENDERS }, () => turmoil.sender()));
      const serving = await turmoil.settled();
      expect(serving).not.to.deep.equal([]);
      expect(await all.stored()).to.have.members(serving);
      await all.close();
    });
});
