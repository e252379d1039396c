import { expect } from 'chai';
import { beginUpload } from '../../../src/catalog/asset.ts';
import { catalogPolicy } from '../../../src/catalog/policy.ts';
import {
  arrivingBy,
  beginResumable,
  grown,
  isIdle,
  isWhole,
  letGo,
  refuseOtherOffset,
  takenBy,
  withoutPieces,
  type ResumableUpload,
} from '../../../src/catalog/resumable-upload.ts';
import { HOUR, instant, MINUTE } from '../../../src/kernel/instant.ts';

const NOW = instant(Date.UTC(2026, 0, 31, 12));
const begun = beginResumable({ id: 'u', accountId: 'ada', lengthBytes: 100, metadata: '' });
const taken = (upload: ResumableUpload, writer: string) => takenBy(upload, writer, catalogPolicy);
const sizes = ({ pieces }: ResumableUpload) => pieces.map(({ bytes }) => bytes);

describe('going on with an upload', () => {
  it('is where it stands, and nowhere else', () => {
    const some = grown(taken(begun, 'a'), 40);
    refuseOtherOffset(some, 40);
    for (const offset of [0, 39, 41, 100, Infinity, NaN])
      expect(() => refuseOtherOffset(some, offset))
        .to.throw()
        .with.deep.include({ code: 'catalog.upload-offset-mismatch', details: { offset: 40 } });
  });

  it('writes behind a writer that has stopped, in the same piece', () => {
    const first = letGo(grown(taken(begun, 'a'), 40));
    const second = grown(taken(first, 'b'), 70);
    expect([second.writer, second.offsetBytes, sizes(second)]).to.deep.equal(['b', 70, [70]]);
  });

  it('begins a piece of its own beside a writer that may still be writing', () => {
    const torn = taken(grown(taken(begun, 'a'), 40), 'b');
    expect(sizes(torn)).to.deep.equal([40, 0]);
    const [old, own] = torn.pieces;
    expect(old?.storageKey).to.not.equal(own?.storageKey);
    expect(grown(torn, 10)).to.deep.include({ offsetBytes: 50, writer: 'b' });
  });

  it('forgets a piece of which nothing counts, and never gives its name again', () => {
    const names = new Set<string>();
    let upload = begun;
    for (let tries = 0; tries < 5; tries += 1) {
      upload = taken(upload, `writer ${tries}`);
      expect(sizes(upload)).to.deep.equal([0]);
      names.add(upload.pieces[0]?.storageKey ?? '');
    }
    expect(names.size).to.equal(5);
  });

  it('is refused when the upload was torn too often, but not to one who goes on behind another', () => {
    const policy = { uploadPieces: 2 };
    const torn = grown(takenBy(grown(takenBy(begun, 'a', policy), 1), 'b', policy), 1);
    expect(sizes(torn)).to.deep.equal([1, 1]);
    expect(() => takenBy(torn, 'c', policy))
      .to.throw()
      .with.property('code', 'catalog.upload-torn');
    expect(takenBy(letGo(torn), 'c', policy).writer).to.equal('c');
  });

  it('never counts backwards, nor beyond the end', () => {
    const some = grown(taken(begun, 'a'), 40);
    expect(() => grown(some, 39)).to.throw(RangeError);
    expect(() => grown(some, 101)).to.throw(RangeError);
    expect(() => grown(begun, 1)).to.throw(RangeError);
    expect(isWhole(grown(some, 100))).to.equal(true);
  });

  it('is idle when nobody writes to it and nobody makes a file of it', () => {
    const busy = taken(begun, 'a');
    expect([begun, busy, letGo(grown(busy, 40)), letGo(grown(busy, 100))].map(isIdle)).to.deep.equal([
      true,
      false,
      true,
      false,
    ]);
  });

  it('still says how far it came when its pieces have become a file', () => {
    const whole = withoutPieces(letGo(grown(taken(begun, 'a'), 100)));
    expect([whole.offsetBytes, whole.pieces, whole.writer]).to.deep.equal([100, [], null]);
  });
});

describe('the asset of an upload that comes piece by piece', () => {
  const asset = beginUpload({ id: 'u', titleId: 't', kind: 'media', now: instant(0) }, catalogPolicy);
  const context = { now: NOW, policy: catalogPolicy };

  it('says how far it is, and is kept for a day from then', () => {
    const arriving = arrivingBy(asset, grown(taken(begun, 'a'), 40), context);
    expect(arriving).to.include({ status: 'uploading', progress: 40, dueAt: NOW + 24 * HOUR, version: 2 });
  });

  it('is looked after soon once it is whole', () => {
    const arriving = arrivingBy(asset, grown(taken(begun, 'a'), 100), context);
    expect(arriving).to.include({ status: 'uploading', progress: 100, dueAt: NOW + 10 * MINUTE });
  });
});
