import { expect } from 'chai';
import { ladderOf } from '../../../src/catalog/index.ts';

describe('the ladder of renditions', () => {
  const cases: readonly (readonly [source: string, steps: readonly string[]])[] = [
    ['3840x2160', ['480: 854x480', '720: 1280x720', '1080: 1920x1080', '2160: 3840x2160']],
    ['7680x4320', ['480: 854x480', '720: 1280x720', '1080: 1920x1080', '2160: 3840x2160']],
    ['1920x1080', ['480: 854x480', '720: 1280x720', '1080: 1920x1080']],
    ['1919x1079', ['480: 854x480', '720: 1280x720']],
    ['1920x800', ['480: 854x356', '720: 1280x534', '1080: 1920x800']],
    ['1440x1080', ['480: 640x480', '720: 960x720', '1080: 1440x1080']],
    ['1080x1920', ['480: 480x854', '720: 720x1280', '1080: 1080x1920']],
    ['854x480', ['480: 854x480']],
    ['640x360', ['360: 640x360']],
    ['641x361', ['361: 640x360']],
    ['360x640', ['360: 360x640']],
    ['320x240', ['240: 320x240']],
    ['2x2', ['2: 2x2']],
    ['1x1', ['1: 2x2']],
  ];
  for (const [source, steps] of cases)
    it(`for ${source}: ${steps.join(', ')}`, () => {
      const [width = 0, height = 0] = source.split('x').map(Number);
      const planned = ladderOf({ width, height });
      expect(planned.map((each) => `${each.lines}: ${each.width}x${each.height}`)).to.deep.equal(steps);
    });
});
