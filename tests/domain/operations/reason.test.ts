import { expect } from 'chai';
import { reasonOf, withoutAddresses } from '../../../src/operations/reason.ts';

describe('the reason of a failure', () => {
  it('is one line, with the name of the error', () => {
    expect(reasonOf(new TypeError('no such thing'))).to.equal('TypeError: no such thing');
    expect(reasonOf('just a text')).to.equal('just a text');
  });

  for (const [said, kept] of [
    ['550 5.1.1 <ann@example.com>: full', '550 5.1.1 <(address)>: full'],
    ['to ann+tv@mail.example.co.uk, bob@example.com', 'to (address), (address)'],
    ['Jürgen@Bücher.example', '(address)'],
    ['RCPT TO:<ann@localhost> refused', 'RCPT TO:<(address)> refused'],
    ['at 12:00 @ noon', 'at 12:00 @ noon'],
  ] as const) {
    it(`keeps no address: ${said}`, () => {
      expect(withoutAddresses(said)).to.equal(kept);
      expect(reasonOf(new Error(said))).to.equal(`Error: ${kept}`);
    });
  }
});
