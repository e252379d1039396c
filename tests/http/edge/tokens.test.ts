import { createHmac, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { bearerAuthentication } from '../../../adapters/http/passport.ts';
import { liveServiceKeys } from '../../../adapters/http/service-keys.ts';
import { liveSessions } from '../../../adapters/http/sessions.ts';
import {
  ask,
  AUDIENCE,
  bearer,
  ISSUER,
  json,
  PlantedServiceKeys,
  PlantedSessions,
  PUBLIC_PEM,
  startEdge,
  stopAll,
  strangersSignature,
  token,
  type PlantedEdge,
} from './planted.ts';

const seconds = (): number => Math.floor(Date.now() / 1_000);
const hmac = (data: string): Buffer => createHmac('sha256', PUBLIC_PEM).update(data).digest();

const forged: readonly (readonly [what: string, header: string])[] = [
  ['no algorithm', `Bearer ${token({ header: { alg: 'none' }, signWith: () => Buffer.from('') })}x`],
  [
    'no algorithm and no signature',
    `Bearer ${token({ header: { alg: 'none' }, signWith: () => Buffer.from('') })}`,
  ],
  [
    'HS256 with the public key as its secret',
    `Bearer ${token({ header: { alg: 'HS256' }, signWith: hmac })}`,
  ],
  ['a stranger’s signature', `Bearer ${token({ signWith: strangersSignature })}`],
  ['another issuer', `Bearer ${token({ claims: { iss: 'https://other.test' } })}`],
  ['another audience', `Bearer ${token({ claims: { aud: 'other' } })}`],
  ['no audience', `Bearer ${token({ claims: { aud: undefined } })}`],
  ['another type', `Bearer ${token({ header: { typ: 'JWT' } })}`],
  ['no type', `Bearer ${token({ header: { typ: undefined } })}`],
  ['an unknown key', `Bearer ${token({ header: { kid: 'k2' } })}`],
  ['no key', `Bearer ${token({ header: { kid: undefined } })}`],
  ['a key that is a path', `Bearer ${token({ header: { kid: '../../etc/passwd' } })}`],
  ['an expiry that has passed', `Bearer ${token({ claims: { exp: seconds() - 1 } })}`],
  ['no expiry', `Bearer ${token({ claims: { exp: undefined } })}`],
  ['a start in the future', `Bearer ${token({ claims: { nbf: seconds() + 86_400 } })}`],
  ['no session', `Bearer ${token({ claims: { sid: undefined } })}`],
  ['a token version that is a text', `Bearer ${token({ claims: { tv: '1' } })}`],
  ['garbage', 'Bearer garbage'],
  ['two dots and nothing', 'Bearer ..'],
  ['two dots and no JSON', 'Bearer a.b.c'],
  ['a fourth part', `Bearer ${token()}.x`],
  ['a very long token', `Bearer ${token({ claims: { more: 'x'.repeat(4_000) } })}`],
  ['another scheme', 'Basic dXNlcjpwYXNz'],
  ['nothing behind the scheme', 'Bearer '],
];

describe('an access token', () => {
  let edge: PlantedEdge;
  before(async () => {
    edge = await startEdge();
  });
  after(stopAll);

  for (const [what, authorization] of forged) {
    it(`is refused with ${what}, on public routes too`, async () => {
      for (const path of ['/mine', '/open']) {
        const answer = await ask(`${edge.url}/api/v1${path}`, { headers: { authorization } });
        expect(answer.status, path).to.equal(401);
        expect(answer.body['code']).to.equal('request.unauthenticated');
        expect(answer.headers.get('www-authenticate')).to.equal('Bearer error="invalid_token"');
      }
    });
  }

  it('is asked for where there is none', async () => {
    const answer = await ask(`${edge.url}/api/v1/mine`);
    expect(answer.status).to.equal(401);
    expect(answer.headers.get('www-authenticate')).to.equal('Bearer');
  });

  it('says who acts', async () => {
    const sub = randomUUID();
    const good = token({ claims: { sub } });
    for (const scheme of ['Bearer', 'bearer']) {
      const headers = { authorization: `${scheme} ${good}` };
      expect((await ask(`${edge.url}/api/v1/mine`, { headers })).body).to.deep.equal({ who: sub });
    }
  });

  it('opens what is for admins to admins alone', async () => {
    const sub = randomUUID();
    const init = json({ name: 'x' }, bearer(token({ claims: { sub } })));
    expect((await ask(`${edge.url}/api/v1/rules`, init)).body['code']).to.equal('request.forbidden');
    edge.sessions.admins.add(sub);
    const again = json({ name: 'x' }, bearer(token({ claims: { sub } })));
    expect((await ask(`${edge.url}/api/v1/rules`, again)).status).to.equal(201);
    const service = await ask(`${edge.url}/api/v1/for-services`, {
      headers: bearer(token({ claims: { sub } })),
    });
    expect(service.status).to.equal(204);
    const other = await ask(`${edge.url}/api/v1/for-services`, { headers: bearer(token()) });
    expect(other.body['code']).to.equal('request.forbidden');
  });

  it('is refused once its session has ended', async () => {
    const sid = randomUUID();
    edge.sessions.dead.add(sid);
    const answer = await ask(`${edge.url}/api/v1/mine`, { headers: bearer(token({ claims: { sid } })) });
    expect(answer.status).to.equal(401);
  });

  it('stops working when it expires, though it is remembered', async () => {
    const headers = bearer(token({ claims: { exp: seconds() + 1 } }));
    expect((await ask(`${edge.url}/api/v1/mine`, { headers })).status).to.equal(200);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await ask(`${edge.url}/api/v1/mine`, { headers })).status).to.equal(401);
  });

  it('has its signature verified once', async () => {
    let asked = 0;
    const publicKey = (): string => {
      asked += 1;
      return PUBLIC_PEM;
    };
    const authentication = bearerAuthentication(
      { issuer: ISSUER, audience: AUDIENCE, publicKey },
      liveSessions(new PlantedSessions()),
      liveServiceKeys(new PlantedServiceKeys(), { onUnnoted: () => undefined }),
    );
    const own = await startEdge({ deps: { authentication } });
    const headers = bearer(token());
    for (let time = 0; time < 5; time += 1) {
      expect((await ask(`${own.url}/api/v1/mine`, { headers })).status).to.equal(200);
    }
    expect(asked).to.equal(1);
  });
});

const claimsOf = (sessionId: string, tokenVersion = 1) => ({ accountId: 'a', sessionId, tokenVersion });

describe('asking whether sessions live', () => {
  it('asks for all of one moment together, and for one session once', async () => {
    const check = new PlantedSessions();
    const live = liveSessions(check);
    await Promise.all(['s1', 's2', 's1', 's3', 's2'].map(async (id) => live.alive(claimsOf(id))));
    expect(check.asked).to.deep.equal([3]);
  });

  it('keeps an answer, good or bad, for its time', async () => {
    const check = new PlantedSessions();
    check.dead.add('s2');
    const live = liveSessions(check, 50);
    for (let time = 0; time < 3; time += 1) {
      expect(await live.alive(claimsOf('s1'))).to.deep.equal({ isAdmin: false });
      expect(await live.alive(claimsOf('s2'))).to.equal(undefined);
    }
    expect(check.asked).to.deep.equal([1, 1]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    check.dead.add('s1');
    expect(await live.alive(claimsOf('s1'))).to.equal(undefined);
  });

  it('asks anew for another token version', async () => {
    const check = new PlantedSessions();
    const live = liveSessions(check);
    await live.alive(claimsOf('s1', 1));
    await live.alive(claimsOf('s1', 2));
    expect(check.asked).to.deep.equal([1, 1]);
  });

  it('asks anew about a session that was forgotten', async () => {
    const check = new PlantedSessions();
    const live = liveSessions(check);
    await live.alive(claimsOf('s1'));
    check.dead.add('s1');
    live.forget('s1');
    expect(await live.alive(claimsOf('s1'))).to.equal(undefined);
  });

  it('does not keep an answer that was under way when the session was forgotten', async () => {
    const answers: (() => void)[] = [];
    let alive = true;
    const live = liveSessions({
      aliveAll: async (claims) => {
        const seen = alive;
        await new Promise<void>((resolve) => answers.push(resolve));
        return claims.map(() => (seen ? { isAdmin: false } : undefined));
      },
    });
    const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
    const early = live.alive(claimsOf('s1'));
    await turn();
    alive = false;
    live.forget('s1');
    const late = live.alive(claimsOf('s1'));
    answers.shift()?.();
    expect(await early).to.deep.equal({ isAdmin: false });
    await turn();
    answers.shift()?.();
    expect(await late).to.equal(undefined);
    expect(await live.alive(claimsOf('s1'))).to.equal(undefined);
  });

  it('fails the question when the check fails, and keeps no failure', async () => {
    let fails = true;
    const live = liveSessions({
      aliveAll: async (claims) => {
        if (fails) throw new Error('no database');
        return claims.map(() => ({ isAdmin: false }));
      },
    });
    const failure = await Promise.resolve(live.alive(claimsOf('s1'))).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
    fails = false;
    expect(await live.alive(claimsOf('s1'))).to.deep.equal({ isAdmin: false });
  });
});
