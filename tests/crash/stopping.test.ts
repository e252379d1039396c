import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { chanceOf } from '../races/race.ts';
import { Client } from '../world/client.ts';
import { readBook } from './book.ts';
import { Buyer, type Load } from './buyers.ts';
import { openGround, type Ground } from './ground.ts';
import { JournalWriter } from './journal.ts';
import { ADMIN, stage } from './staging.ts';

const SAMPLE = new URL('../../adapters/media/samples/test-pattern.mp4', import.meta.url);
const BUYERS = 6;
/** Far below what is cut off at: nothing of this may have to be. */
const STOPPED_MS = 12_000;

describe('SIGTERM under load', function () {
  this.timeout(60_000);
  let ground: Ground;
  beforeEach(async () => {
    ground = await openGround('SQLite');
  });
  afterEach(() => ground.close());

  it('answers everything that was accepted, is not ready meanwhile, and exits with 0', async () => {
    const offer = await stage(ground);
    const usher = await ground.serve();
    const journal = new JournalWriter();
    const buyers = await Promise.all(
      Array.from({ length: BUYERS }, () => Buyer.arrive(usher.base, { journal, offer, chance: chanceOf(7) })),
    );
    const upload = await halfAnUpload(await Client.logIn(usher.base, ADMIN));
    const probe = await halfAProbe(usher.base);
    const load: Load = { stopped: false };
    const living = Promise.all(buyers.map((buyer) => buyer.live(load)));
    await pause(500);

    const begun = Date.now();
    const stopping = usher.terminate();
    await pause(200);
    const ready = await probe.finish();
    const uploaded = await upload.finish();
    const code = await stopping;
    const took = Date.now() - begun;
    load.stopped = true;
    await living;

    expect(ready).to.match(/^HTTP\/1\.1 503 /);
    expect(uploaded).to.equal(202);
    expect(code).to.equal(0);
    expect(took).to.be.lessThan(STOPPED_MS);
    const book = await readBook(ground);
    const told = new Set(journal.payments.map(({ id }) => id));
    expect(told.size).to.be.greaterThan(BUYERS);
    expect(book.payments.filter(({ id }) => !told.has(id))).to.deep.equal([]);
    const seen = new Map(journal.beats.map(({ streamId, seq }) => [streamId, seq]));
    expect(book.streams.map(({ id, seq }) => [id, seq])).to.have.deep.members([...seen]);
    expect(journal.unexpected).to.deep.equal([]);
  });
});

/** An upload whose first half has arrived. */
async function halfAnUpload(admin: Client): Promise<{ finish(): Promise<number | undefined> }> {
  const title = await admin.post('/videos', { title: 'Late', access_level: 'free' });
  const clip = await readFile(SAMPLE);
  const half = clip.byteLength >> 1;
  const sent = request(`${admin.base}/api/v1/videos/${String(title.body['id'])}/media`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${admin.token}`,
      'content-type': 'video/mp4',
      'content-length': clip.byteLength,
    },
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.write(clip.subarray(0, half));
  return {
    finish: async () => {
      sent.end(clip.subarray(half));
      const [response] = await answered;
      response.resume();
      await once(response, 'end');
      return response.statusCode;
    },
  };
}

/** A question for readiness that is on its way when the process begins to stop: new ones find the door closed. */
async function halfAProbe(base: string): Promise<{ finish(): Promise<string> }> {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write('GET /readyz HTTP/1.1\r\nHost: usher\r\n');
  return {
    finish: async () => {
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      const ended = once(socket, 'close');
      socket.write('Connection: close\r\n\r\n');
      await ended;
      return text;
    },
  };
}
