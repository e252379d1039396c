import { expect } from 'chai';
import { signedTickets } from '../../adapters/media/tickets.ts';
import { instant } from '../../src/kernel/instant.ts';
import type { Ticket } from '../../src/playback/index.ts';
import { keyring } from '../world/keyring.ts';

const TICKET: Ticket = {
  streamId: '01980000-0000-7000-8000-000000000001',
  titleId: '01980000-0000-7000-8000-000000000002',
  form: 'package',
  storageKey: '01980000-0000-7000-8000-000000000003',
  contentType: 'video/mp4',
  maxHeight: 1080,
  expiresAt: instant(Date.UTC(2026, 0, 31, 18)),
};
const [OLD, NEW] = ['old', 'new'] as const;

describe('a ticket', () => {
  const tickets = signedTickets(keyring(OLD));
  const token = tickets.issue(TICKET);

  it('says what was issued, and fits into a path segment', () => {
    expect(tickets.read(token)).to.deep.equal(TICKET);
    expect(token).to.match(/^[\w-]+\.[\w-]+$/);
  });

  it('for a file says so, as did those from before there were packages', () => {
    const file: Ticket = { ...TICKET, form: 'file' };
    const issued = tickets.issue(file);
    expect(tickets.read(issued)).to.deep.equal(file);
    const claims = Buffer.from(issued.split('.')[0] ?? '', 'base64url').toString();
    expect(Object.keys(JSON.parse(claims) as object)).to.deep.equal(['k', 's', 't', 'f', 'c', 'h', 'e']);
  });

  it('is invalid with any bit of any character flipped', () => {
    const accepted: string[] = [];
    for (let index = 0; index < token.length; index += 1)
      for (let bit = 0; bit < 7; bit += 1) {
        const flipped = String.fromCharCode(token.charCodeAt(index) ^ (1 << bit));
        const forged = token.slice(0, index) + flipped + token.slice(index + 1);
        if (tickets.read(forged) !== 'invalid') accepted.push(forged);
      }
    expect(accepted).to.deep.equal([]);
  });

  it('is invalid cut, lengthened or with the signature of another', () => {
    const other = tickets.issue({ ...TICKET, titleId: TICKET.streamId });
    const [payload = '', signature = ''] = token.split('.');
    const [, foreign = ''] = other.split('.');
    const forged = ['', '.', payload, `${payload}.`, `.${signature}`, `${payload}.${foreign}`, `${token}=`];
    for (let length = 0; length < token.length; length += 1) forged.push(token.slice(0, length));
    for (const each of forged) expect(tickets.read(each), each).to.equal('invalid');
  });

  it('is invalid for another title, a greater height or a later end under the old signature', () => {
    const [payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const changes = [
      { t: TICKET.streamId },
      { h: 2160 },
      { e: TICKET.expiresAt + 1 },
      { f: 'other' },
      { s: 'x' },
    ];
    for (const change of changes) {
      const changed = Buffer.from(JSON.stringify({ ...claims, ...change })).toString('base64url');
      expect(tickets.read(`${changed}.${signature}`)).to.equal('invalid');
    }
  });

  it('outlives its key by as long as the key is kept', () => {
    expect(signedTickets(keyring(NEW, OLD)).read(token)).to.deep.equal(TICKET);
    expect(signedTickets(keyring(NEW)).read(token)).to.equal('invalid');
    const renewed = signedTickets(keyring(NEW, OLD)).issue(TICKET);
    expect(tickets.read(renewed)).to.equal('invalid');
  });
});
