import { expect } from 'chai';
import { signedSourceLinks } from '../../adapters/media/source-links.ts';
import { signedTickets } from '../../adapters/media/tickets.ts';
import type { SourceLink } from '../../src/catalog/index.ts';
import { instant } from '../../src/kernel/instant.ts';
import { keyring } from '../world/keyring.ts';

const LINK: SourceLink = {
  titleId: '01980000-0000-7000-8000-000000000002',
  storageKey: '01980000-0000-7000-8000-000000000003',
  contentType: 'video/mp4',
  expiresAt: instant(Date.UTC(2026, 0, 31, 13)),
};
const OTHER: SourceLink = { ...LINK, storageKey: '01980000-0000-7000-8000-000000000004' };

describe('a source link', () => {
  const links = signedSourceLinks(keyring('old'));
  const text = links.issue(LINK);
  const [payload = '', signature = ''] = text.split('.');

  it('says what was issued, and fits into a path segment', () => {
    expect(links.read(text)).to.deep.equal(LINK);
    expect(text).to.match(/^[\w-]+\.[\w-]+$/);
  });

  it('is invalid with any bit of any character flipped', () => {
    const accepted: string[] = [];
    for (let index = 0; index < text.length; index += 1)
      for (let bit = 0; bit < 7; bit += 1) {
        const flipped = String.fromCharCode(text.charCodeAt(index) ^ (1 << bit));
        const forged = text.slice(0, index) + flipped + text.slice(index + 1);
        if (links.read(forged) !== 'invalid') accepted.push(forged);
      }
    expect(accepted).to.deep.equal([]);
  });

  it('is invalid cut, lengthened, or with the signature of another file’s', () => {
    const [, foreign = ''] = links.issue(OTHER).split('.');
    const forged = ['', '.', payload, `${payload}.`, `.${signature}`, `${payload}.${foreign}`, `${text}=`];
    for (let length = 0; length < text.length; length += 1) forged.push(text.slice(0, length));
    for (const each of forged) expect(links.read(each), each).to.equal('invalid');
  });

  it('is invalid for another title or file, another type or a later end under the old signature', () => {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    for (const change of [
      { t: OTHER.storageKey },
      { f: OTHER.storageKey },
      { c: 'text/html' },
      { e: LINK.expiresAt + 1 },
    ]) {
      const changed = Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url');
      expect(links.read(`${changed}.${signature}`)).to.equal('invalid');
    }
  });

  it('is no ticket, and no ticket is one, though the same keys sign both', () => {
    const tickets = signedTickets(keyring('old'));
    const ticket = tickets.issue({
      ...LINK,
      streamId: '01980000-0000-7000-8000-000000000001',
      form: 'file',
      maxHeight: 1080,
    });
    expect(tickets.read(ticket)).to.include({ storageKey: LINK.storageKey });
    expect(links.read(ticket)).to.equal('invalid');
    expect(tickets.read(text)).to.equal('invalid');
    // What a ticket claims contains all that a link does: only the signature tells them apart.
    const [claims = ''] = ticket.split('.');
    expect(links.read(`${claims}.${signature}`)).to.equal('invalid');
  });

  it('outlives its key by as long as the key is kept', () => {
    expect(signedSourceLinks(keyring('new', 'old')).read(text)).to.deep.equal(LINK);
    expect(signedSourceLinks(keyring('new')).read(text)).to.equal('invalid');
    expect(links.read(signedSourceLinks(keyring('new', 'old')).issue(LINK))).to.equal('invalid');
  });
});
