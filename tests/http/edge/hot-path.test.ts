import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { z } from 'zod';
import { silentLog } from '../../../adapters/http/log.ts';
import type { HitCounter, Hits } from '../../../adapters/http/rate-hits.ts';
import { memoryRateStores, rateLimits } from '../../../adapters/http/rate-limits.ts';
import { Remembered } from '../../../adapters/http/remembered.ts';
import { RequestDurations } from '../../../adapters/http/request-durations.ts';
import { route, type Route } from '../../../adapters/http/route.ts';
import { eventually } from '../../world/eventually.ts';
import { ask, bearer, json, startEdge, stopAll, token, type PlantedEdge } from './planted.ts';

/** Counters somewhere else: each count is answered when `answer` is called. */
class FarCounters implements HitCounter {
  readonly #waiting: (() => void)[] = [];
  /** What the next count will be. */
  hits = 1;

  hit(): Promise<Hits> {
    return new Promise((resolve) => this.#waiting.push(() => resolve({ total: this.hits, leftMs: 60_000 })));
  }

  /** Waits for a request to be counted, and counts it. */
  async answer(): Promise<void> {
    await eventually('a request is to be counted', () => this.#waiting.length > 0, 1_000);
    this.#waiting.shift()?.();
  }
}

/** One question and one command that note when they were asked. */
function notingRoutes(asked: string[]): readonly Route[] {
  const common = { tag: 'Planted', access: 'account', refuses: [] } as const;
  const noted = async (what: string): Promise<{ body: { what: string } }> => {
    asked.push(what);
    return { body: { what } };
  };
  const schema = z.object({ what: z.string() });
  return [
    route({
      ...common,
      method: 'get',
      path: '/noted',
      summary: 'Ask',
      reply: { status: 200, schema },
      handle: () => noted('question'),
    }),
    route({
      ...common,
      method: 'post',
      path: '/noted',
      summary: 'Command',
      body: z.object({}),
      reply: { status: 200, schema },
      handle: () => noted('command'),
    }),
  ];
}

describe('a question while its request is being counted far away', () => {
  let edge: PlantedEdge;
  let counters: FarCounters;
  let asked: string[];
  const me = bearer(token({ claims: { sub: 'me' } }));
  const question = (headers: Record<string, string> = me) => ask(`${edge.url}/api/v1/noted`, { headers });

  /** The first request of a caller tells how much is left to them. */
  async function counted(hits: number): Promise<void> {
    counters.hits = hits;
    const first = question();
    await counters.answer();
    expect((await first).status).to.equal(200);
    asked.length = 0;
  }

  beforeEach(async () => {
    counters = new FarCounters();
    asked = [];
    const numbers = { anonymous: 100, account: 100, register: 100, login: 100 };
    const limits = rateLimits({ ...memoryRateStores, requests: () => counters }, silentLog, numbers);
    edge = await startEdge({ deps: { limits, routes: notingRoutes(asked) } });
  });
  afterEach(stopAll);

  it('is asked already when plenty was left, and its answer waits', async () => {
    await counted(1);
    const answer = question();
    let isOut = false;
    void answer.then(() => (isOut = true));
    await eventually('it is asked', () => asked.length === 1, 1_000);
    await pause(30);
    expect(isOut).to.equal(false);
    await counters.answer();
    const { status, headers } = await answer;
    expect(status).to.equal(200);
    expect(headers.get('ratelimit')).to.match(/^"account"; r=99; t=60$/);
  });

  it('is refused all the same when it is one too many', async () => {
    await counted(1);
    counters.hits = 101;
    const answer = question();
    await counters.answer();
    expect((await answer).body['code']).to.equal('request.rate-limited');
  });

  it('is refused for its number before anything that is wrong with it', async () => {
    await counted(1);
    counters.hits = 101;
    edge.sessions.dead.add('over');
    const answer = question(bearer(token({ claims: { sub: 'me', sid: 'over' } })));
    await counters.answer();
    expect((await answer).status).to.equal(429);
  });

  for (const [who, hits] of [
    ['with half of the limit used', 50],
    ['at the limit', 100],
  ] as const) {
    it(`waits for the count of a caller ${who}`, async () => {
      await counted(hits);
      const answer = question();
      await pause(30);
      expect(asked).to.deep.equal([]);
      await counters.answer();
      expect((await answer).status).to.equal(200);
    });
  }

  it('is never a command: those wait', async () => {
    await counted(1);
    const answer = ask(`${edge.url}/api/v1/noted`, json({}, me));
    await pause(30);
    expect(asked).to.deep.equal([]);
    await counters.answer();
    expect((await answer).body).to.deep.equal({ what: 'command' });
  });
});

describe('a small body', () => {
  afterEach(stopAll);

  for (const cuts of [[], [4], [1, 9, 12]]) {
    it(`is read whole in ${cuts.length + 1} parts, and leaves the connection to the next request`, async () => {
      const { port } = await startEdge();
      const body = '{"name":"x"}';
      const head = `POST /api/v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
      let said = '';
      const socket = connect(port, '127.0.0.1').setEncoding('utf8');
      socket.on('data', (text: string) => (said += text));
      for (const round of [1, 2]) {
        const parts = [0, ...cuts].map((from, index) => body.slice(from, cuts[index] ?? body.length));
        for (const [index, part] of parts.entries()) {
          socket.write(index === 0 ? head + part : part);
          await pause(10);
        }
        const created = (): number => said.split('HTTP/1.1 201 Created').length - 1;
        await eventually(`answer ${round}`, () => created() === round, 1_000);
      }
      expect(said.split('{"name":"x"}')).to.have.length(3);
      socket.destroy();
    });
  }
});

describe('the head of an answer', () => {
  afterEach(stopAll);

  it('has a header of the route’s own in place of the one that every answer has', async () => {
    const own = route({
      method: 'get',
      path: '/kept',
      tag: 'Planted',
      summary: 'May be kept',
      access: 'public',
      reply: { status: 200, schema: z.object({}) },
      refuses: [],
      handle: async () => ({ body: {}, headers: { 'cache-control': 'max-age=60' } }),
    });
    const { url } = await startEdge({ deps: { routes: [own] } });
    expect((await ask(`${url}/api/v1/kept`)).headers.get('cache-control')).to.equal('max-age=60');
  });

  it('names the request as its problem does, outside the API too', async () => {
    const { url } = await startEdge();
    for (const path of ['/nowhere', '/api/v1/nowhere']) {
      const { status, headers, body } = await ask(url + path);
      expect(status).to.equal(404);
      expect(headers.get('x-request-id'), path).to.equal(body['request_id']);
    }
  });

  it('is the same for a page of another origin, but for what lets it read', async () => {
    const { url } = await startEdge();
    const names = async (headers: Record<string, string>): Promise<readonly string[]> =>
      [...(await ask(`${url}/api/v1/open`, { headers })).headers.keys()].sort();
    const added = ['access-control-allow-origin', 'access-control-expose-headers', 'vary'];
    const plain = await names({});
    expect(await names({ origin: 'https://app.test' })).to.deep.equal([...plain, ...added].sort());
  });
});

describe('the histogram of requests', () => {
  it('counts each bucket with those below it', () => {
    const durations = new RequestDurations();
    for (const seconds of [0.002, 0.003, 0.2, 60]) {
      durations.observe({ method: 'GET', route: '/a', status: 200, seconds });
    }
    durations.observe({ method: 'GET', route: '/a', status: 404, seconds: 0.5 });
    const lines = durations.text().split('\n');
    const bucket = (le: string): string | undefined =>
      lines.find((line) => line.includes(`_bucket{le="${le}",method="GET",route="/a",status="200"}`));
    const counts = ['0.002', '0.005', '0.25', '10', '+Inf'].map((le) => bucket(le)?.split(' ').at(-1));
    expect(counts).to.deep.equal(['1', '2', '3', '3', '4']);
    expect(lines).to.include(
      'http_request_duration_seconds_count{method="GET",route="/a",status="404"} 1',
      'each status counts apart',
    );
    const sum = lines.find(
      (line) => line.startsWith('http_request_duration_seconds_sum') && /"200"/.test(line),
    );
    expect(Number(sum?.split(' ').at(-1))).to.be.closeTo(60.205, 1e-9);
  });
});

describe('what is remembered for a time', () => {
  it('goes when it is not asked for, and stays when it is', async () => {
    const remembered = new Remembered<number>(100, 20);
    remembered.set('asked for', 1);
    remembered.set('forgotten', 2);
    for (const round of ['first', 'second', 'third']) {
      await pause(30);
      expect(remembered.get('asked for')).to.equal(1);
      remembered.set(round, 0);
    }
    expect(remembered.get('forgotten')).to.equal(undefined);
  });
});
