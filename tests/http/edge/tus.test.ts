import { expect } from 'chai';
import { digestOf, metadataOf } from '../../../adapters/http/tus.ts';

describe('the words of tus', () => {
  const metadata: readonly (readonly [string, Readonly<Record<string, string>> | undefined])[] = [
    ['kind bWVkaWE=', { kind: 'media' }],
    ['kind bWVkaWE=,filename w6kubXA0', { kind: 'media', filename: 'é.mp4' }],
    ['kind bWVkaWE=, filename w6kubXA0', { kind: 'media', filename: 'é.mp4' }],
    ['is_confidential', { is_confidential: '' }],
    ['__proto__ bWVkaWE=', Object.fromEntries([['__proto__', 'media']])],
    ['', undefined],
    ['kind bWVkaWE=,', undefined],
    ['kind bWVkaWE=,kind bWVkaWE=', undefined],
    ['kind media!', undefined],
    ['kind bWVkaWE', undefined],
    ['kind bWVkaWE= x', undefined],
  ];
  for (const [text, fields] of metadata)
    it(`${fields ? 'are told from' : 'are not'} "${text}"`, () => {
      const found = metadataOf(text);
      expect(found && Object.entries(found)).to.deep.equal(fields && Object.entries(fields));
    });

  it('are a checksum of an algorithm that is offered, and of its length', () => {
    const base64 = Buffer.alloc(20, 1).toString('base64');
    expect(digestOf(`sha1 ${base64}`)).to.deep.equal({ algorithm: 'sha1', hex: '01'.repeat(20) });
    for (const text of [
      `sha256 ${base64}`,
      `md5 ${base64}`,
      `SHA1 ${base64}`,
      'sha1',
      'sha1 !',
      `sha1 ${base64} x`,
      '',
    ])
      expect(digestOf(text), text).to.equal(undefined);
  });
});
