import { expect } from 'chai';
import { withinHeight } from '../../../src/playback/index.ts';

describe('the renditions within a height', () => {
  const of = (...lines: readonly number[]) => lines.map((each) => ({ lines: each }));
  const cases: readonly (readonly [
    lines: readonly number[],
    maxHeight: number,
    covered: readonly number[],
  ])[] = [
    [[480, 720, 1080], 720, [480, 720]],
    [[480, 720, 1080], 1080, [480, 720, 1080]],
    [[480, 720, 1080], 2160, [480, 720, 1080]],
    [[480, 720], 479, [480]],
    [[1080, 720], 480, [720]],
    [[360], 480, [360]],
    [[0], 480, [0]],
    [[], 480, []],
  ];
  for (const [lines, maxHeight, covered] of cases)
    it(`of ${lines.join(', ') || 'nothing'} within ${maxHeight}: ${covered.join(', ') || 'nothing'}`, () =>
      expect(withinHeight(of(...lines), maxHeight)).to.deep.equal(of(...covered)));
});
