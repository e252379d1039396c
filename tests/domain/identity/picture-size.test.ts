import { expect } from 'chai';
import { isOversized, pixelSizeOf } from '../../../src/identity/picture-size.ts';
import { POSTER } from '../../world/catalog.ts';

const hex = (text: string): Uint8Array => Buffer.from(text.replace(/\s/g, ''), 'hex');
const PNG = '89504e470d0a1a0a 0000000d 49484452';
const RIFF = '52494646 00000000 57454250';
/** A colour profile, as cameras put it in front: a segment of 65,535 bytes. */
const PROFILE = Buffer.concat([hex('ffe2 ffff'), Buffer.alloc(65_533)]);

describe('the size that a picture tells', () => {
  const cases: readonly (readonly [string, Uint8Array, unknown])[] = [
    ['a poster of ours', POSTER, { width: 480, height: 270 }],
    ['a PNG of 30,000 × 30,000', hex(`${PNG} 00007530 00007530`), { width: 30_000, height: 30_000 }],
    ['a PNG that has just begun', hex(PNG), 'more'],
    ['a lossy WebP', hex(`${RIFF} 56503820 00000000 000000 9d012a 8002 6801`), { width: 640, height: 360 }],
    [
      'a lossless WebP',
      hex(`${RIFF} 5650384c 00000000 2f 7fc259 00 00000000 00`),
      { width: 640, height: 360 },
    ],
    [
      'an extended WebP',
      hex(`${RIFF} 56503858 0a000000 00000000 2f7500 2f7500`),
      { width: 30_000, height: 30_000 },
    ],
    ['a JPEG', hex('ffd8 ffe0 0004 0000 ffc0 0011 08 0168 0280 03'), { width: 640, height: 360 }],
    [
      'a progressive JPEG with fill bytes',
      hex('ffd8 ffffff c2 0011 08 7530 7530 03'),
      { width: 30_000, height: 30_000 },
    ],
    [
      'a JPEG behind profiles',
      Buffer.concat([hex('ffd8'), PROFILE, PROFILE, hex('ffc4 0003 00 ffc0 0011 08 0168 0280 03')]),
      { width: 640, height: 360 },
    ],
    ['a JPEG that is still in its profile', Buffer.concat([hex('ffd8'), PROFILE]), 'more'],
    ['a JPEG without a frame', hex('ffd8 ffda 0004 0000 0000 0000'), 'unknown'],
    ['a JPEG of words', Buffer.from('\xff\xd8\xff\xe0\0\x02words and words', 'latin1'), 'unknown'],
    ['no picture', Buffer.from('<svg width="30000">'), 'unknown'],
  ];
  for (const [what, bytes, size] of cases)
    it(`of ${what}`, () => expect(pixelSizeOf(bytes)).to.deep.equal(size));

  it('is too large beyond 10,000 on a side, or 50 million in all', () => {
    const sizes = [
      [10_000, 5_000, false],
      [10_001, 1, true],
      [1, 10_001, true],
      [8_000, 6_251, true],
      [30_000, 30_000, true],
    ] as const;
    for (const [width, height, expected] of sizes)
      expect(isOversized({ width, height }), `${width} × ${height}`).to.equal(expected);
  });
});
