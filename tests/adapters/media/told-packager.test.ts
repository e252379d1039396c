import { expect } from 'chai';
import { toldPackager } from '../../../adapters/media/told-packager.ts';
import { unreadable, wordyPackager, type WordyPackager } from '../../world/packaging.ts';

describe('a packager that tells the log', () => {
  let lines: Record<string, unknown>[];
  let packager: WordyPackager;
  beforeEach(() => {
    lines = [];
    packager = wordyPackager();
  });
  const packaged = async (): Promise<void> => {
    const log = { info: (fields: object, message: string) => void lines.push({ ...fields, message }) };
    await toldPackager(packager, log).package({
      source: { storageKey: 'source', contentType: 'video/mp4' },
      kind: 'video',
      packageKey: 'key',
      report: async () => true,
    });
  };

  it('says when it begins, every ten per cent, and what came out', async () => {
    packager.plan.push(async (order) => {
      for (const progress of [0, 4, 11, 12, 19.9, 45, 46, 99.5]) await order.report(progress);
      return packager.make(order);
    });
    await packaged();
    expect(lines.map(({ seconds: _, ...line }) => line)).to.deep.equal([
      { package: 'key', content_type: 'video/mp4', message: 'packaging began' },
      ...[11, 45, 99].map((progress) => ({ package: 'key', progress, message: 'packaging goes on' })),
      { package: 'key', renditions: ['480p', '720p', '1080p'], message: 'packaging ended' },
    ]);
  });

  it('says what was wrong with the file', async () => {
    packager.plan.push(unreadable);
    await packaged();
    expect(lines.at(-1)).to.include({ fault: 'unreadable', message: 'packaging ended' });
  });
});
