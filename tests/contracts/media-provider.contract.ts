import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { Arrival, BegunUpload, MediaNews, MediaProvider, RemoteFact } from '../../src/catalog/index.ts';
import { CLIP, inPieces } from '../world/media-samples.ts';

/** A provider with somebody behind it who can be told what to do: ours are the fakes of `tests/fakes/media`. */
export interface ProviderStage {
  readonly provider: MediaProvider;
  /** Sends a file to a place past us; the status that it was answered with. */
  send(begun: BegunUpload, bytes: Uint8Array): Promise<number>;
  work(comesTo?: 'ready' | 'errored' | 'unprotected'): void;
  expire(): void;
  deleteAll(): void;
  /** How many bytes the provider holds of an upload; null while it waits, undefined when there is none. */
  heldBy(reference: string): number | null | undefined;
  /** What webhooks told, as the adapter reads them, in order. */
  news(): readonly MediaNews[];
  /** Does not answer, or answers with an error, whatever it is asked next. */
  down(how: 'silent' | 'error' | 'broken'): void;
  up(): void;
}

const arrival = (changes: Partial<Arrival> = {}): Omit<Arrival, 'storageKey'> => ({
  stream: inPieces(CLIP),
  limitBytes: 1_000_000,
  accept: ['video/mp4'],
  expectedBytes: CLIP.length,
  ...changes,
});

/** The laws of a media provider. */
export function mediaProviderContract(open: () => Promise<ProviderStage>): void {
  let stage: ProviderStage;
  let provider: MediaProvider;
  beforeEach(async () => {
    stage = await open();
    ({ provider } = stage);
  });

  const begin = async (bytes: number | null = null): Promise<BegunUpload> => {
    const begun = await provider.begin({ assetId: randomUUID(), bytes, forSeconds: 3_600 });
    if (begun === 'unavailable') throw new Error('the provider is down');
    return begun;
  };
  const kindOf = (fact: RemoteFact | 'unavailable'): string => (fact === 'unavailable' ? fact : fact.kind);
  const ask = async ({ ref }: BegunUpload): Promise<string> => kindOf(await provider.ask(ref));

  it('makes a place that takes one file, and tells how that is doing', async () => {
    const begun = await begin();
    expect(begun.ref).to.include({ provider: provider.name, mediaId: null });
    expect(await ask(begun)).to.equal('waiting');
    expect(await stage.send(begun, CLIP)).to.be.within(200, 204);
    expect(await ask(begun)).to.equal('arrived');
    stage.work();
    const fact = await provider.ask(begun.ref);
    expect(fact).to.deep.include({ kind: 'ready', durationSeconds: 6.006 });
    expect(await stage.send(begun, CLIP)).to.be.at.least(400);
  });

  it('makes another place each time', async () => {
    const [first, second] = [await begin(), await begin()];
    expect(first.ref.reference).to.not.equal(second.ref.reference);
    expect(first.place.url).to.not.equal(second.place.url);
  });

  for (const declared of [true, false])
    it(`sends a file on whose size was ${declared ? 'declared' : 'not declared'}, whole`, async () => {
      const begun = await begin(declared ? CLIP.length : null);
      const { file } = await provider.relay(begun, arrival(declared ? {} : { expectedBytes: null }));
      const sha256 = createHash('sha256').update(CLIP).digest('hex');
      expect(file).to.deep.equal({ bytes: CLIP.length, sha256, contentType: 'video/mp4' });
      expect(stage.heldBy(begun.ref.reference)).to.equal(CLIP.length);
    });

  const faults: readonly (readonly [string, string, Partial<Arrival>])[] = [
    [
      'an unknown kind',
      'unsupported',
      { stream: inPieces(Buffer.from('#!/bin/sh\nexit 1\n')), expectedBytes: 17 },
    ],
    ['too few bytes', 'truncated', { expectedBytes: CLIP.length + 1 }],
    ['too many bytes', 'truncated', { expectedBytes: CLIP.length - 1 }],
    ['too many bytes, not declared', 'too-large', { expectedBytes: null, limitBytes: CLIP.length - 1 }],
    ['a connection that breaks', 'truncated', { stream: inPieces(CLIP, { fails: true }) }],
    [
      'one that breaks, not declared',
      'truncated',
      { stream: inPieces(CLIP, { fails: true }), expectedBytes: null },
    ],
    ['nothing', 'truncated', { stream: inPieces(Buffer.alloc(0)), expectedBytes: null }],
  ];
  for (const [what, fault, changes] of faults)
    it(`leaves nothing there of ${what}`, async () => {
      const begun = await begin();
      expect(await provider.relay(begun, arrival(changes))).to.deep.equal({ file: null, fault });
      expect(stage.heldBy(begun.ref.reference)).to.equal(null);
      expect(await provider.remove(begun.ref)).to.equal('removed');
      expect(stage.heldBy(begun.ref.reference)).to.equal(undefined);
    });

  it('says what could not be read, and what came out for everybody', async () => {
    for (const [comesTo, failure] of [
      ['errored', 'catalog.media-unreadable'],
      ['unprotected', 'catalog.media-unprotected'],
    ] as const) {
      const begun = await begin();
      await stage.send(begun, CLIP);
      stage.work(comesTo);
      expect(await provider.ask(begun.ref)).to.deep.equal({ kind: 'failed', failure });
    }
  });

  it('says that a place which ran out, and a file that was deleted, are no more', async () => {
    const [unused, deleted] = [await begin(), await begin()];
    await stage.send(deleted, CLIP);
    stage.expire();
    expect(await ask(unused)).to.be.oneOf(['failed', 'gone']);
    stage.work();
    stage.deleteAll();
    expect(await ask(deleted)).to.equal('gone');
  });

  it('removes a place, a file on its way and one that is ready; and what is gone, again', async () => {
    const [place, arrived, ready] = [await begin(), await begin(), await begin()];
    await stage.send(ready, CLIP);
    stage.work();
    await stage.send(arrived, CLIP);
    for (const { ref } of [place, arrived, ready]) {
      expect(await provider.remove(ref)).to.equal('removed');
      expect(stage.heldBy(ref.reference)).to.equal(undefined);
      expect(await provider.remove(ref)).to.equal('removed');
    }
    expect(await stage.send(place, CLIP)).to.be.at.least(400);
  });

  it('removes by the name of what became of an upload, once that is known', async () => {
    const begun = await begin();
    await stage.send(begun, CLIP);
    const fact = await provider.ask(begun.ref);
    const mediaId = fact !== 'unavailable' && 'mediaId' in fact ? fact.mediaId : null;
    expect(await provider.remove({ ...begun.ref, mediaId })).to.equal('removed');
    expect(stage.heldBy(begun.ref.reference)).to.equal(undefined);
  });

  it('reads its webhooks as what asking would say, about the upload that it is', async () => {
    const begun = await begin();
    await stage.send(begun, CLIP);
    stage.work();
    const ready = await provider.ask(begun.ref);
    const told = stage.news().flatMap((news) => (news !== 'ignored' && 'fact' in news ? [news] : []));
    expect(told.map(({ reference }) => reference)).to.satisfy((all: readonly string[]) =>
      all.every((reference) => reference === begun.ref.reference),
    );
    expect(told.map(({ fact }) => fact)).to.deep.include(ready);
  });

  for (const how of ['silent', 'error', 'broken'] as const)
    it(`is unavailable while the provider is down (${how}), for every question, and never rejects`, async () => {
      const begun = await begin();
      stage.down(how);
      expect(await provider.begin({ assetId: 'a', bytes: null, forSeconds: 60 })).to.equal('unavailable');
      expect(await provider.ask(begun.ref)).to.equal('unavailable');
      expect(await provider.remove(begun.ref)).to.equal('unavailable');
      expect(await provider.relay(begun, arrival())).to.deep.equal({ file: null, fault: 'unavailable' });
      stage.up();
      expect(await ask(begun)).to.equal('waiting');
    });
}
