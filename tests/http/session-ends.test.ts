import { expect } from 'chai';
import type { Mail } from '../../src/notifications/index.ts';
import type { Answer, Client } from '../world/client.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const GOOD = 'three blind mice';
const verdict = ({ status, body }: Answer): readonly unknown[] => [status, body['code']];
const OUT = [401, 'request.unauthenticated'];
const STALE = [401, 'identity.refresh-invalid'];

for (const store of STORES) {
  describe(`the end of a session over HTTP on ${store}`, () => {
    let usher: RunningUsher;
    let stranger: Client;
    let person: Client;
    before(async () => {
      usher = await startUsher(store);
      stranger = usher.anonymous();
    });
    after(() => usher.stop());
    beforeEach(async () => {
      person = await usher.person();
      // Remembered as alive, which is what must not outlive its end.
      expect((await person.get('/accounts/me')).status).to.equal(200);
    });
    const me = async (client: Client): Promise<readonly unknown[]> =>
      verdict(await client.get('/accounts/me'));
    const refreshOf = async ({ credentials }: Client): Promise<string> =>
      String((await stranger.post('/accounts/login', credentials)).body['refresh']);
    const trade = async (refresh: string): Promise<readonly unknown[]> =>
      verdict(await stranger.post('/token/refresh', { refresh }));

    it('by log-out is the end of its access token at once, and of no other session', async () => {
      const other = await person.logIn();
      expect((await person.post('/accounts/logout')).status).to.equal(204);
      expect(await me(person)).to.deep.equal(OUT);
      expect(verdict(await person.post('/accounts/logout'))).to.deep.equal(OUT);
      expect((await other.get('/accounts/me')).status).to.equal(200);
      const answer = await person.get('/accounts/me');
      expect(answer.headers.get('www-authenticate')).to.match(/^Bearer/);
    });

    it('by its owner’s hand from another device is its end at once', async () => {
      const other = await person.logIn();
      const { items } = (await other.get('/accounts/me/sessions')).body as unknown as {
        items: readonly { readonly id: string; readonly is_current: boolean }[];
      };
      const id = items.find((session) => !session.is_current)?.id;
      expect((await other.delete(`/accounts/me/sessions/${id}`)).status).to.equal(204);
      expect(await me(person)).to.deep.equal(OUT);
    });

    it('comes to all others when the password changes, and to none when it does not', async () => {
      const other = await person.logIn();
      const refresh = await refreshOf(person);
      const { password } = person.credentials;
      const change = (old: string): Promise<Answer> =>
        person.post('/accounts/change-password', { old_password: old, new_password: GOOD });
      expect(verdict(await change('wrong'))).to.deep.equal([403, 'identity.wrong-password']);
      expect((await other.get('/accounts/me')).status).to.equal(200);
      expect((await change(password)).status).to.equal(204);
      expect((await person.get('/accounts/me')).status).to.equal(200);
      expect(await me(other)).to.deep.equal(OUT);
      expect(await trade(refresh)).to.deep.equal(STALE);
    });

    it('comes to all when the password is reset', async () => {
      const { email } = person.credentials;
      await stranger.post('/accounts/forgot-password', { email });
      await usher.settle();
      const isReset = ({ to, subject }: Mail): boolean => to === email && /reset|password/i.test(subject);
      const mail = usher.mail.list().findLast(isReset);
      const code = /\b\d{6}\b/.exec(mail?.text ?? '')?.[0] ?? '';
      const reset = await stranger.post('/accounts/reset-password', { email, code, new_password: GOOD });
      expect(reset.status, mail?.text).to.equal(204);
      expect(await me(person)).to.deep.equal(OUT);
      expect((await stranger.post('/token', { email, password: GOOD })).status).to.equal(200);
    });

    it('comes to all when the account is suspended, which then tells those who know the password', async () => {
      const admin = await usher.admin();
      const refresh = await refreshOf(person);
      const suspended = await admin.patch(`/admin/accounts/${person.accountId}`, { suspended: true });
      expect(suspended.status, JSON.stringify(suspended.body)).to.equal(200);
      expect(await me(person)).to.deep.equal(OUT);
      expect(await trade(refresh)).to.deep.equal(STALE);
      const { email, password } = person.credentials;
      expect(verdict(await stranger.post('/token', { email, password }))).to.deep.equal([
        403,
        'identity.account-suspended',
      ]);
      expect(verdict(await stranger.post('/token', { email, password: 'wrong' }))).to.deep.equal([
        401,
        'identity.wrong-credentials',
      ]);
      await admin.patch(`/admin/accounts/${person.accountId}`, { suspended: false });
      // Reinstated is the account, not the sessions that it had.
      expect(await me(person)).to.deep.equal(OUT);
      expect((await (await person.logIn()).get('/accounts/me')).status).to.equal(200);
    });

    it('comes to all when the account is deleted', async () => {
      const other = await person.logIn();
      const { password } = person.credentials;
      expect((await person.delete('/accounts/me', { password })).status).to.equal(204);
      for (const client of [person, other]) expect(await me(client)).to.deep.equal(OUT);
    });
  });
}
