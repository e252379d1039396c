import { expect } from 'chai';
import type { Answer, Client } from '../world/client.ts';
import { STORES, type StoreName } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const GOOD = 'three blind mice';
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);

/** What a problem is, without what differs from request to request. */
const problem = ({ status, body }: Answer): unknown => Object.assign({}, body, { status, request_id: '' });

for (const store of STORES) {
  describe(`accounts over HTTP on ${store}`, () => accounts(store));
  describe(`accounts over HTTP on ${store}, when verification is required`, () => verified(store));
}

function accounts(store: StoreName): void {
  let usher: RunningUsher;
  let stranger: Client;
  before(async () => {
    usher = await startUsher(store);
    stranger = usher.anonymous();
  });
  after(() => usher.stop());

  let people = 0;
  const register = async (more: object = {}): Promise<{ email: string; answer: Answer }> => {
    people += 1;
    const email = `Viewer${people}@Example.com`;
    return { email, answer: await stranger.post('/accounts/register', { email, password: GOOD, ...more }) };
  };

  it('register: 201 with the account, then 409', async () => {
    const { email, answer } = await register({ name: 'Ada', colour: 'unknown fields are ignored' });
    expect(answer.status).to.equal(201);
    expect(answer.body).to.include({ email, name: 'Ada', role: 'normal', is_verified: false, bio: null });
    expect(answer.body).to.have.all.keys(
      'id, email, name, bio, picture_url, phone, role, is_verified, created_at'.split(', '),
    );
    const again = await stranger.post('/accounts/register', { email: email.toLowerCase(), password: GOOD });
    expect(again).to.include({ status: 409 });
    expect(again.body).to.include({ code: 'identity.email-taken' });
  });

  it('register: 400 with pointers, and for a common password', async () => {
    const bad = await stranger.post('/accounts/register', { email: 'ada', password: 'short' });
    expect(bad.status).to.equal(400);
    const errors = bad.body['errors'] as unknown as readonly { pointer: string }[];
    expect(errors.map(({ pointer }) => pointer)).to.have.members(['/email', '/password']);
    const { answer } = await register({ password: 'password123' });
    expect(answer.body).to.include({ code: 'identity.weak-password', reason: 'common' });
  });

  for (const path of ['/accounts/login', '/token']) {
    it(`${path}: tokens that let in, and one answer to everybody else`, async () => {
      const { email } = await register();
      const answer = await stranger.post(path, {
        email: email.toUpperCase(),
        password: GOOD,
        device_id: 'tv',
      });
      expect(answer.status).to.equal(200);
      expect(answer.body).to.include({ token_type: 'Bearer', expires_in: 600 });
      const me = await stranger.get('/accounts/me', { authorization: `Bearer ${answer.body['access']}` });
      expect(me.body).to.deep.equal(answer.body['account']);
      const wrong = await stranger.post(path, { email, password: 'wrong' });
      const unknown = await stranger.post(path, { email: 'nobody@example.com', password: GOOD });
      expect(wrong.status).to.equal(401);
      expect(wrong.body).to.include({ code: 'identity.wrong-credentials' });
      expect(problem(unknown)).to.deep.equal(problem(wrong));
      expect((await stranger.post(path, { email })).status).to.equal(400);
    });
  }

  for (const path of ['/accounts/token/refresh', '/token/refresh']) {
    it(`${path}: trades a token, repeats at once, and ends the family on reuse`, async () => {
      const { email } = await register();
      const first = (await stranger.post('/accounts/login', { email, password: GOOD })).body['refresh'];
      const trade = (refresh: unknown): Promise<Answer> => stranger.post(path, { refresh });
      const second = await trade(first);
      expect(second.status).to.equal(200);
      expect((await trade(first)).body['refresh']).to.equal(second.body['refresh']);
      const third = await trade(second.body['refresh']);
      const stolen = await trade(first);
      expect(stolen.status).to.equal(401);
      expect(stolen.body).to.include({ code: 'identity.refresh-invalid' });
      expect((await trade(third.body['refresh'])).status).to.equal(401);
    });
  }

  it('logout: 204, without and with a body, and nothing is left', async () => {
    const person = await usher.person();
    const { body } = await stranger.post('/accounts/login', person.credentials);
    expect((await person.post('/accounts/logout', { refresh: body['refresh'] })).status).to.equal(204);
    expect((await stranger.post('/token/refresh', { refresh: body['refresh'] })).status).to.equal(401);
    const other = await person.logIn();
    expect((await other.send('POST', '/accounts/logout')).status).to.equal(204);
    expect((await stranger.post('/accounts/logout')).status).to.equal(401);
  });

  it('me: shows and edits the profile', async () => {
    const person = await usher.person();
    const changes = { name: 'Ada', bio: 'Counts.', phone: '+442071838750' };
    expect((await person.patch('/accounts/me', changes)).body).to.include(changes);
    const cleared = await person.patch('/accounts/me', {
      bio: null,
      role: 'admin',
      email: 'other@example.com',
    });
    expect(cleared.body).to.include({
      ...changes,
      bio: null,
      role: 'normal',
      email: person.credentials.email,
    });
    for (const bad of [{ bio: 'x'.repeat(251) }, { phone: '0207' }, { name: 7 }])
      expect((await person.patch('/accounts/me', bad)).status).to.equal(400);
  });

  it('me/picture: by its bytes, served to everybody', async () => {
    const person = await usher.person();
    const answer = await person.upload('/accounts/me/picture', PNG, 'image/jpeg');
    expect(answer.status).to.equal(200);
    const url = new URL(String(answer.body['picture_url']), usher.base).pathname;
    const served = await fetch(new URL(url, usher.base));
    expect(served.status).to.equal(200);
    expect(served.headers.get('content-type')).to.equal('image/png');
    expect(new Uint8Array(await served.arrayBuffer())).to.deep.equal(PNG);
    const text = await person.upload('/accounts/me/picture', Buffer.from('<svg/>'), 'image/png');
    expect(text).to.include({ status: 415 });
    const large = await person.upload(
      '/accounts/me/picture',
      new Uint8Array(5 * 1024 * 1024 + 1),
      'image/png',
    );
    expect(large.status).to.equal(413);
    expect((await fetch(new URL('/media/pictures/nothing.png', usher.base))).status).to.equal(404);
  });

  it('me/export: everything held', async () => {
    const person = await usher.person();
    const { status, body } = await person.get('/accounts/me/export');
    expect(status).to.equal(200);
    expect(body['account']).to.include({ email: person.credentials.email });
    expect(body['sessions']).to.have.length(1);
    expect(JSON.stringify(body)).to.not.match(/hash|digest/i);
  });

  it('me: is deleted with the password only', async () => {
    const person = await usher.person();
    const wrong = await person.delete('/accounts/me', { password: 'wrong' });
    expect(wrong.status).to.equal(403);
    expect(wrong.body).to.include({ code: 'identity.wrong-password' });
    const { password } = person.credentials;
    expect((await person.delete('/accounts/me', { password })).status).to.equal(204);
    expect((await stranger.post('/accounts/login', person.credentials)).status).to.equal(401);
  });

  it('change-password: 204, and the old one is worth nothing', async () => {
    const person = await usher.person();
    const { email, password } = person.credentials;
    const change = (old: string, fresh: string): Promise<Answer> =>
      person.post('/accounts/change-password', { old_password: old, new_password: fresh });
    expect((await change('wrong', GOOD)).status).to.equal(403);
    expect((await change(password, 'short')).status).to.equal(400);
    expect((await change(password, GOOD)).status).to.equal(204);
    expect((await person.get('/accounts/me')).status).to.equal(200);
    expect((await stranger.post('/token', { email, password })).status).to.equal(401);
    expect((await stranger.post('/token', { email, password: GOOD })).status).to.equal(200);
  });

  it('verify-email, forgot and reset: the same answers whether or not an address is known', async () => {
    const { email } = await register();
    const unknown = 'nobody@example.com';
    for (const path of ['/accounts/verify-email/resend', '/accounts/forgot-password']) {
      const [known, other] = [
        await stranger.post(path, { email }),
        await stranger.post(path, { email: unknown }),
      ];
      expect(known.status).to.equal(202);
      expect({ ...other, headers: null }).to.deep.equal({ ...known, headers: null });
    }
    const guesses = { '/accounts/verify-email': {}, '/accounts/reset-password': { new_password: GOOD } };
    for (const [path, more] of Object.entries(guesses)) {
      const [known, other] = [
        await stranger.post(path, { email, code: 'wrong!', ...more }),
        await stranger.post(path, { email: unknown, code: 'wrong!', ...more }),
      ];
      expect(known.body).to.include({ code: 'identity.code-invalid', status: 400 });
      expect(problem(other)).to.deep.equal(problem(known));
    }
  });

  it('me/sessions: listed and ended by their owner; a stranger’s is 404 like none', async () => {
    const [ada, bob] = [await usher.person(), await usher.person()];
    const there = await ada.logIn();
    const list = await ada.get('/accounts/me/sessions');
    const items = list.body['items'] as unknown as readonly { id: string; is_current: boolean }[];
    expect(items.map((item) => item.is_current).sort()).to.deep.equal([false, true]);
    const id = items.find((item) => !item.is_current)?.id ?? '';
    const foreign = await bob.delete(`/accounts/me/sessions/${id}`);
    expect(foreign.status).to.equal(404);
    expect(problem(await bob.delete('/accounts/me/sessions/none'))).to.deep.equal(problem(foreign));
    expect((await bob.get(`/accounts/me/sessions/${id}`)).status).to.equal(404);
    expect((await ada.get(`/accounts/me/sessions/${id}`)).status).to.equal(200);
    expect((await ada.delete(`/accounts/me/sessions/${id}`)).status).to.equal(204);
    expect((await ada.delete(`/accounts/me/sessions/${id}`)).status).to.equal(404);
    expect(there.accountId).to.equal(ada.accountId);
  });
}

function verified(store: StoreName): void {
  let usher: RunningUsher;
  before(async () => {
    usher = await startUsher(store, { variables: { EMAIL_VERIFICATION: 'required' } });
  });
  after(() => usher.stop());

  it('register: the same 202 for a new and a known address; log-in waits for the mailed code', async () => {
    const stranger = usher.anonymous();
    const given = { email: 'ada@example.com', password: GOOD };
    const [first, second] = [
      await stranger.post('/accounts/register', given),
      await stranger.post('/accounts/register', given),
    ];
    expect(first.status).to.equal(202);
    expect({ ...second, headers: null }).to.deep.equal({ ...first, headers: null });
    const early = await stranger.post('/accounts/login', given);
    expect(early).to.include({ status: 403 });
    expect(early.body).to.include({ code: 'identity.email-not-verified' });
    await usher.settle();
    const text = usher.mail.list().at(-1)?.text ?? '';
    const code = /\b\d{6}\b/.exec(text)?.[0] ?? '';
    const proof = await stranger.post('/accounts/verify-email', { email: given.email, code });
    expect(proof.status, text).to.equal(204);
    expect((await stranger.post('/accounts/login', given)).status).to.equal(200);
  });
}
