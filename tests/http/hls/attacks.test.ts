import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { TICKETS } from '../../../adapters/composition/keys.ts';
import { signedTickets } from '../../../adapters/media/tickets.ts';
import { after as later, HOUR } from '../../../src/kernel/instant.ts';
import type { Ticket } from '../../../src/playback/index.ts';
import type { Client } from '../../world/client.ts';
import { keyring } from '../../world/keyring.ts';
import { below, openTheatre, type Reply, type Theatre } from './theatre.ts';

const INVALID = [403, 'media.ticket-invalid'];
const ABSENT = [404, 'request.not-found'];
const CANARY = 'the canary of the house';

const seen = ({ status, code }: Reply): readonly unknown[] => [status, code];

describe('attacks on packages', function () {
  this.timeout(30_000);
  let theatre: Theatre;
  let viewer: Client;
  /** The ticket of a stream that runs, and what it says. */
  let token: string;
  let ticket: Ticket;
  before(async () => {
    theatre = await openTheatre();
    viewer = await theatre.viewer('720p');
    const started = await theatre.start(viewer, await theatre.film());
    token = String(started['manifest_url']).split('/')[3] ?? '';
    const read = theatre.world.usher.get(TICKETS).read(token);
    if (read === 'invalid') throw new Error('not a ticket');
    ticket = read;
  });
  after(() => theatre.stop());
  const at = (path: string, by = token): Promise<Reply> => theatre.read(`/media/hls/${by}/${path}`);
  const served = async (by: string): Promise<readonly unknown[]> => seen(await at('480p/seg-00000.m4s', by));
  const reissued = (changes: Partial<Ticket>): string =>
    theatre.world.usher.get(TICKETS).issue({ ...ticket, ...changes });

  it('begin with a ticket that opens its package', async () => {
    expect(await served(token)).to.deep.equal([200, undefined]);
    expect(await served(reissued({}))).to.deep.equal([200, undefined]);
  });

  it('by any flipped byte of the ticket are refused', async () => {
    const answers = new Set<string>();
    for (let index = 0; index < token.length; index += 1) {
      const flipped = String.fromCharCode(token.charCodeAt(index) ^ 1);
      // These end the address, or begin another part of it.
      if (/[/?#%\s]/.test(flipped)) continue;
      answers.add(JSON.stringify(await served(token.slice(0, index) + flipped + token.slice(index + 1))));
    }
    expect([...answers]).to.deep.equal([JSON.stringify(INVALID)]);
  });

  it('by other claims under the old signature are refused', async () => {
    const [payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    const other = await theatre.film();
    const changes = {
      s: 'another stream',
      t: other,
      f: 'another package',
      h: 2160,
      e: Number(claims['e']) + 1,
      k: 'x',
    };
    for (const [claim, value] of Object.entries(changes)) {
      const changed = Buffer.from(JSON.stringify({ ...claims, [claim]: value })).toString('base64url');
      expect(await served(`${changed}.${signature}`), claim).to.deep.equal(INVALID);
    }
    const { p: _, ...asFile } = claims;
    const file = Buffer.from(JSON.stringify(asFile)).toString('base64url');
    expect(seen(await theatre.read(`/media/file/${file}.${signature}`))).to.deep.equal(INVALID);
  });

  it('by a ticket of another key, of another kind, or that ran out are refused', async () => {
    expect(await served(signedTickets(keyring('another')).issue(ticket))).to.deep.equal(INVALID);
    expect(await served(reissued({ form: 'file' }))).to.deep.equal(INVALID);
    expect(seen(await theatre.read(`/media/file/${token}`))).to.deep.equal(INVALID);
    const over = reissued({ expiresAt: theatre.world.now() });
    expect(await served(over)).to.deep.equal([403, 'media.ticket-expired']);
    const lasting = reissued({ expiresAt: later(theatre.world.now(), HOUR) });
    expect(await served(lasting)).to.deep.equal([200, undefined]);
  });

  it('by guessing a larger rendition are refused, also with a ticket from a better time', async () => {
    const better = reissued({ maxHeight: 2160 });
    for (const part of ['1080p/index.m3u8', '1080p/init.mp4', '1080p/seg-00000.m4s', '2160p/seg-00000.m4s'])
      for (const by of [token, better])
        expect(seen(await at(part, by)), part).to.deep.equal([403, 'media.rendition-not-covered']);
  });

  it('by naming the segment of another title find nothing', async () => {
    const foreign = await theatre.start(viewer, await theatre.film({ lines: [480, 540] }));
    const other = String(foreign['manifest_url']).split('/')[3] ?? '';
    expect(seen(await at('540p/seg-00000.m4s', other))).to.deep.equal([200, undefined]);
    // The same device: the first stream has given its seat to the second.
    expect(seen(await at('480p/seg-00000.m4s'))).to.deep.equal([410, 'playback.terminated']);
    const own = await theatre.start(viewer, ticket.titleId);
    expect(seen(await theatre.read(below(own, '540p/seg-00000.m4s')))).to.deep.equal(ABSENT);
  });

  describe('that lead out of the package', () => {
    let by: string;
    before(async () => {
      const started = await theatre.start(viewer, await theatre.film());
      by = String(started['manifest_url']).split('/')[3] ?? '';
      const { folder } = theatre;
      for (const place of [
        folder,
        join(folder, 'packages'),
        join(folder, '..'),
        join(folder, 'packages', ticket.storageKey),
      ])
        for (const name of ['canary', 'seg-00000.m4s', 'index.m3u8'])
          await writeFile(join(place, name), CANARY);
      await mkdir(join(folder, 'packages', ticket.storageKey, '480p', 'deep'));
      await writeFile(join(folder, 'packages', ticket.storageKey, '480p', 'seg-99999.m4s.bak'), CANARY);
    });

    const paths = (key: string): readonly string[] => {
      const up = [
        '..',
        '%2e%2e',
        '%2E%2e',
        '.%2e',
        '..%00',
        '..%c0%af',
        '%c0%ae%c0%ae',
        '....',
        '..;',
        '..\\',
        '..%5c',
      ];
      const targets = ['canary', 'seg-00000.m4s', 'index.m3u8', 'renditions.json'];
      const climbing = up.flatMap((step) =>
        ['/', '%2f', '%5c', '\\', '//'].flatMap((slash) =>
          targets.flatMap((target) => [
            `${step}${slash}${target}`,
            `480p/${step}${slash}${target}`,
            `480p${slash}${step}${slash}${step}${slash}${target}`,
          ]),
        ),
      );
      return [
        ...climbing,
        'renditions.json',
        '480p',
        '480p/',
        '480p/deep',
        '480p/canary',
        '480p/seg-99999.m4s.bak',
        '480p/seg-0.m4s',
        '480p/seg-000000.m4s',
        '480p/seg-00000.m4s%00',
        '480p/seg-00000.m4s%00.mp4',
        '480p/seg-00000.m4s%0a',
        '480p/SEG-00000.M4S',
        '480P/seg-00000.m4s',
        '0480p/seg-00000.m4s',
        '480p/./seg-00000.m4s',
        '480p//seg-00000.m4s',
        `packages/${key}/480p/seg-00000.m4s`,
        `${key}/480p/seg-00000.m4s`,
        '/etc/passwd',
        '//etc/passwd',
        '%2fetc%2fpasswd',
        'C:%5cWindows%5cwin.ini',
        'file:%2f%2f%2fetc%2fpasswd',
        '~root',
        'master.m3u8%00',
        'master.m3u8/x',
      ];
    };

    it('find nothing, whatever their spelling; the canary is never served', async () => {
      for (const path of paths(ticket.storageKey)) {
        const reply = await at(path, by);
        expect(reply.text, path).to.not.include(CANARY);
        expect(reply.status, path).to.equal(404);
        // With an empty segment it is no address of ours at all.
        expect(reply.code, path).to.be.oneOf(['request.not-found', 'request.unknown-path']);
      }
    });

    it('find the canary where it lies, so that the test means something', async () => {
      const reply = await at('480p/seg-00000.m4s', by);
      expect(reply.status).to.equal(200);
      await writeFile(
        join(theatre.folder, 'packages', reply.text.split(' ')[0] ?? '', '480p', 'seg-00001.m4s'),
        CANARY,
      );
      expect((await at('480p/seg-00001.m4s', by)).text).to.equal(CANARY);
    });
  });
});
