import { hash } from 'node:crypto';
import { expect } from 'chai';
import { serviceKeys } from '../../adapters/security/service-keys.ts';

const keys = Array.from({ length: 500 }, () => serviceKeys.fresh());

/** The same text with another character at a place. */
const changed = (key: string, at: number): string =>
  key.slice(0, at) + (key[at] === 'x' ? 'y' : 'x') + key.slice(at + 1);

describe('the text of a service key', () => {
  it('is of one form, which a scanner for lost secrets can look for', () => {
    for (const { key } of keys) expect(key).to.match(/^usk_[0-9A-Za-z]{49}$/);
    expect(new Set(keys.map(({ key }) => key)).size).to.equal(keys.length);
  });

  it('is known by its SHA-256', () => {
    for (const { key, digest } of keys) {
      expect(digest).to.equal(hash('sha256', key, 'hex'));
      expect(serviceKeys.digest(key)).to.equal(digest);
    }
  });

  it('is random in every place of its secret', () => {
    for (let at = 5; at < 47; at += 1)
      expect(new Set(keys.map(({ key }) => key[at])).size, `place ${at}`).to.be.above(40);
  });

  it('is told from nonsense without a question: any other character breaks its checksum', () => {
    const [{ key } = { key: '' }] = keys;
    for (let at = 0; at < key.length; at += 1)
      expect(serviceKeys.digest(changed(key, at)), `place ${at}`).to.equal(undefined);
  });

  it('is nothing shorter, longer, in another case or with anything around it', () => {
    const [{ key } = { key: '' }] = keys;
    const odd = [key.slice(0, -1), `${key}0`, key.toUpperCase(), ` ${key}`, `${key}\n`, key.slice(4), ''];
    for (const text of [...odd, 'usk_', `usk_${'0'.repeat(49)}`, `usk_${'x'.repeat(1_000_000)}`])
      expect(serviceKeys.digest(text), text.slice(0, 80)).to.equal(undefined);
  });
});
