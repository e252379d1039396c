import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { signatureOf, verifySigned } from '../../adapters/security/signed-webhooks.ts';
import { instant, SECOND } from '../../src/kernel/instant.ts';

const SECRET = 'the present secret of the sender';
const OLD = 'the secret before it';
const TIME = 1_790_000_000;
const NOW = instant(TIME * SECOND + 400);
const BODY = '{"id":"evt_1","amount":999,"name":"Zoë"}';

const hex = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex');
const v1 = (secret = SECRET, time: number | string = TIME, body = BODY): string =>
  `v1=${hex(secret, `${time}.${body}`)}`;
const header = (time: number | string = TIME): string => `t=${time},${v1(SECRET, time)}`;

type Header = string | readonly string[] | undefined;
interface Case {
  readonly what: string;
  readonly header: Header;
  readonly body?: string | Uint8Array;
  readonly secrets?: readonly string[];
}

const GOOD: readonly Case[] = [
  { what: 'a good signature', header: header() },
  { what: 'two signatures, the second good', header: `t=${TIME},${v1('another')},${v1()}` },
  { what: 'two signatures, the first good', header: `t=${TIME},${v1()},${v1('another')}` },
  { what: 'an unknown scheme beside', header: `t=${TIME},v0=${'0'.repeat(64)},${v1()}` },
  { what: 'the time behind the signature', header: `${v1()},t=${TIME}` },
  { what: 'an age of 299 s', header: header(TIME - 299) },
  { what: '299 s in the future', header: header(TIME + 299) },
  { what: 'the old secret while rotating', header: `t=${TIME},${v1(OLD)}`, secrets: [SECRET, OLD] },
  { what: 'both secrets while rotating', header: `t=${TIME},${v1(OLD)},${v1()}`, secrets: [SECRET] },
  { what: 'an empty body', header: `t=${TIME},${v1(SECRET, TIME, '')}`, body: '' },
];

const latin = Buffer.from(BODY, 'latin1');

const BAD: readonly Case[] = [
  { what: 'no header', header: undefined },
  { what: 'an empty header', header: '' },
  { what: 'two headers, as a list', header: [header(), header()] },
  { what: 'two headers, joined', header: `${header()}, ${header()}` },
  { what: 'a wrong secret', header: `t=${TIME},${v1('another')}` },
  { what: 'a secret that was retired', header: `t=${TIME},${v1(OLD)}` },
  { what: 'no secret of ours at all', header: header(), secrets: [] },
  { what: 'v0 alone', header: `t=${TIME},v0=${hex(SECRET, `${TIME}.${BODY}`)}` },
  { what: 'a body with a byte more', header: header(), body: `${BODY} ` },
  { what: 'a body with a byte less', header: header(), body: BODY.slice(0, -1) },
  { what: 'a byte order mark before the body', header: header(), body: `\uFEFF${BODY}` },
  { what: 'the JSON written again', header: header(), body: JSON.stringify(JSON.parse(BODY), null, 1) },
  { what: 'a line break at the end', header: header(), body: `${BODY}\n` },
  { what: 'another charset', header: header(), body: latin },
  { what: 'no time', header: v1() },
  { what: 'no signature', header: `t=${TIME}` },
  { what: 'a time that is no number', header: `t=NaN,${v1(SECRET, 'NaN')}` },
  { what: 'a negative time', header: header(-TIME) },
  { what: 'a fraction of a time', header: header(`${TIME}.0`) },
  { what: 'a time in hexadecimal', header: header(`0x${TIME.toString(16)}`) },
  { what: 'an empty time', header: `t=,${v1(SECRET, '')}` },
  { what: 'two times', header: `t=${TIME},t=${TIME},${v1()}` },
  { what: 'a time of milliseconds', header: header(TIME * 1_000) },
  { what: 'an age of 301 s', header: header(TIME - 301) },
  { what: '301 s in the future', header: header(TIME + 301) },
  { what: 'another time than was signed', header: `t=${TIME + 1},${v1()}` },
  { what: 'a signature that is cut off', header: header().slice(0, -1) },
  { what: 'a signature with more behind it', header: `${header()}00` },
  { what: 'a signature that is no hexadecimal', header: `t=${TIME},v1=${'z'.repeat(64)}` },
  { what: 'an empty signature', header: `t=${TIME},v1=` },
  { what: 'spaces between the parts', header: `t=${TIME}, ${v1()}` },
  { what: 'a header without an end', header: `${header()}${`,${v1('another')}`.repeat(40)}` },
];

const verified = ({ header: given, body = BODY, secrets = [SECRET] }: Case): boolean =>
  verifySigned(typeof body === 'string' ? Buffer.from(body) : body, given, {
    secrets,
    now: NOW,
    toleranceSeconds: 300,
  });

describe('a signed webhook', () => {
  for (const it_ of GOOD)
    it(`is accepted with ${it_.what}`, () => {
      expect(verified(it_)).to.equal(true);
    });

  for (const it_ of BAD)
    it(`is refused with ${it_.what}`, () => {
      expect(verified(it_)).to.equal(false);
    });

  it('is accepted as we sign it, by one secret or by two', () => {
    for (const secrets of [[SECRET], [OLD, SECRET]])
      expect(verified({ what: '', header: signatureOf(Buffer.from(BODY), secrets, NOW) })).to.equal(true);
  });
});
