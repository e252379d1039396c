import { expect } from 'chai';
import fc from 'fast-check';
import { beginUpload, failed, type Asset } from '../../../src/catalog/asset.ts';
import { assetLifecycle } from '../../../src/catalog/asset-lifecycle.ts';
import { catalogPolicy as policy } from '../../../src/catalog/policy.ts';
import {
  heard,
  heldBy,
  isPlayable,
  sentOn,
  waitsOn,
  type RemoteFact,
} from '../../../src/catalog/remote-media.ts';
import { after, HOUR, instant, MINUTE, type Instant } from '../../../src/kernel/instant.ts';
import { targets } from '../../../src/kernel/state-machine.ts';

const NOON = instant(Date.UTC(2026, 0, 31, 12));
const REF = { provider: 'far', reference: 'upload', mediaId: null };
const FILE = { bytes: 5, sha256: 'a'.repeat(64), contentType: 'video/mp4' };

const begun = (): Asset =>
  heldBy(beginUpload({ id: 'asset', titleId: 'title', kind: 'media', now: NOON }, policy), REF, {
    now: NOON,
    policy,
  });

const arrived = (progress: number | null = null): RemoteFact => ({
  kind: 'arrived',
  mediaId: 'media',
  progress,
});
const READY: RemoteFact = { kind: 'ready', mediaId: 'media', playbackId: 'play', durationSeconds: 6.5 };
const FAILED: RemoteFact = { kind: 'failed', failure: 'catalog.media-unreadable' };
const GONE: RemoteFact = { kind: 'gone' };
const WAITING: RemoteFact = { kind: 'waiting' };

const told = (facts: readonly RemoteFact[], asset = begun()): Asset =>
  facts.reduce((at, fact) => heard(at, fact, NOON), asset);

/** What an asset comes to: without how often it was saved on the way, and what nobody asks of a failed one. */
const outcome = ({ status, remote, durationSeconds, failure }: Asset) => ({
  ...{ status, failure, durationSeconds },
  playbackId: remote?.playbackId,
  mediaId: status === 'failed' ? null : remote?.mediaId,
});

describe('media that a provider keeps', () => {
  it('is processing once it arrived there, and ready once it can be played there', () => {
    const there = told([WAITING, arrived(), arrived(40.9), arrived(12)]);
    expect(there).to.include({ status: 'processing', progress: 40 });
    const ready = heard(there, READY, after(NOON, 5));
    expect(ready).to.include({ status: 'ready', progress: 100, dueAt: null, durationSeconds: 6.5 });
    expect(ready.readyAt).to.equal(after(NOON, 5));
    expect(ready.remote).to.deep.equal({ ...REF, mediaId: 'media', playbackId: 'play' });
    expect([isPlayable(there), isPlayable(ready)]).to.deep.equal([false, true]);
  });

  it('is ready also when nobody said before that it had arrived', () => {
    expect(outcome(told([READY]))).to.deep.equal(outcome(told([arrived(), READY])));
  });

  it('takes each fact as news once, and is saved once for it', () => {
    for (const fact of [arrived(30), READY, FAILED, GONE]) {
      const once = told([fact]);
      expect(once.version).to.equal(begun().version + 1);
      expect(heard(once, fact, NOON)).to.equal(once);
    }
    expect(heard(begun(), WAITING, NOON)).to.deep.equal(begun());
  });

  it('never comes back from its end', () => {
    for (const end of [FAILED, GONE]) {
      const over = told([end]);
      for (const fact of [WAITING, arrived(99), READY]) expect(heard(over, fact, NOON)).to.equal(over);
    }
    const ready = told([READY]);
    for (const fact of [WAITING, arrived(1), FAILED]) expect(heard(ready, fact, NOON)).to.equal(ready);
  });

  it('cannot be played once it was deleted there, though it was ready', () => {
    const lost = told([READY, GONE]);
    expect(lost).to.include({ status: 'ready', failure: 'catalog.media-gone' });
    expect(isPlayable(lost)).to.equal(false);
    expect(heard(lost, GONE, NOON)).to.equal(lost);
  });

  const life = fc
    .tuple(fc.constantFrom(READY, FAILED), fc.boolean(), fc.array(fc.integer({ min: 0, max: 150 })))
    .map(([end, isDeleted, progress]): readonly RemoteFact[] => [
      ...progress.map((each) => arrived(each)),
      WAITING,
      end,
      ...(isDeleted && end === READY ? [GONE] : []),
    ]);
  const shuffled = life.chain((facts) =>
    fc
      .tuple(
        fc.shuffledSubarray([...facts], { minLength: facts.length }),
        fc.array(fc.constantFrom(...facts), { maxLength: 10 }),
      )
      .chain(([order, again]) => {
        const all = [...order, ...again];
        return fc.shuffledSubarray(all, { minLength: all.length }).map((chaos) => ({ facts, chaos }));
      }),
  );

  it('comes to the same in any order, and however often it is told', () => {
    fc.assert(
      fc.property(shuffled, ({ facts, chaos }) => {
        const [inOrder, inChaos] = [told(facts), told(chaos)];
        expect(isPlayable(inChaos)).to.equal(isPlayable(inOrder));
        expect(inChaos.failure).to.equal(inOrder.failure);
        if (!facts.includes(GONE)) expect(outcome(inChaos)).to.deep.equal(outcome(inOrder));
      }),
    );
  });

  it('moves only as the lifecycle has it, and a version at a time', () => {
    fc.assert(
      fc.property(shuffled, ({ chaos }) => {
        let at = begun();
        for (const fact of chaos) {
          const next = heard(at, fact, NOON);
          if (next === at) continue;
          expect(next.version).to.equal(at.version + 1);
          const [from, to] = [at.status, next.status];
          const reachable = [
            from,
            ...(['receive', 'finish', 'fail'] as const).flatMap((trigger) =>
              targets(assetLifecycle, from, trigger),
            ),
            ...(from === 'uploading' ? ['ready' as const] : []),
          ];
          expect(reachable).to.include(to);
          at = next;
        }
      }),
    );
  });

  it('is what we sent on, whether its provider told of it before or after', () => {
    const [before, later] = [sentOn(told([READY]), FILE), told([READY], sentOn(begun(), FILE))];
    for (const asset of [before, later]) expect(asset).to.include({ ...FILE, status: 'ready' });
    expect(outcome(before)).to.deep.equal(outcome(later));
    expect(sentOn(begun(), FILE)).to.include({ ...FILE, status: 'processing' });
  });
});

describe('a provider that is silent', () => {
  const asked = (asset: Asset, now: Instant, isAnswered = true): Asset =>
    waitsOn(asset, isAnswered, { now, policy });

  it('is asked after some minutes, and ever more seldom', () => {
    let asset = begun();
    const waits: number[] = [];
    for (let times = 0; times < 30 && asset.dueAt !== null; times += 1) {
      const { dueAt } = asset;
      const next = asked(asset, dueAt);
      if (next.dueAt !== null) waits.push((next.dueAt - dueAt) / MINUTE);
      asset = next;
    }
    expect(waits.slice(0, 4)).to.deep.equal([5, 5, 7.5, 11.25]);
    expect(waits).to.have.length.below(16);
    expect(asset).to.include({ status: 'failed', failure: 'catalog.provider-silent' });
  });

  it('is not given up for an outage', () => {
    const late = after(NOON, 400 * HOUR);
    expect(asked(begun(), late, false)).to.include({ status: 'uploading', dueAt: after(late, 200 * HOUR) });
    expect(asked(begun(), late).status).to.equal('failed');
  });

  it('has nothing to do with an asset of ours', () => {
    const ours = beginUpload({ id: 'asset', titleId: 'title', kind: 'media', now: NOON }, policy);
    expect(heard(ours, READY, NOON)).to.equal(ours);
    expect(isPlayable(failed(ours, 'internal'))).to.equal(false);
  });
});
