import { expect } from 'chai';
import { Recent } from '../../../src/kernel/recent.ts';

describe('what was used lately', () => {
  it('is remembered up to a number, and the one unused for longest goes first', () => {
    const recent = new Recent<string, number>(2);
    recent.set('a', 1);
    recent.set('b', 2);
    expect(recent.get('a')).to.equal(1);
    recent.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => recent.get(key))).to.deep.equal([1, undefined, 3]);
  });

  it('is replaced without pushing anything out, and forgotten when asked', () => {
    const recent = new Recent<string, number>(2);
    recent.set('a', 1);
    recent.set('b', 2);
    recent.set('a', 9);
    expect([recent.get('a'), recent.get('b')]).to.deep.equal([9, 2]);
    recent.delete('a');
    expect(recent.get('a')).to.equal(undefined);
  });
});
