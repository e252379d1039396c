import { expect } from 'chai';
import type { Answer, Client } from '../world/client.ts';
import { furnish, type House } from '../world/house.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const verdict = ({ status, body }: Answer): readonly unknown[] => [status, body['code']];
const NOT_FOUND = [404, 'request.not-found'];

interface Entry {
  readonly actor: string;
  readonly action: string;
  readonly object: string | null;
  readonly account_id: string | null;
  readonly address: string | null;
}

for (const store of STORES) {
  describe(`operators over HTTP on ${store}`, () => {
    let world: RunningUsher;
    let house: House;
    let admin: Client;
    let person: Client;
    before(async () => {
      world = await startUsher(store);
      house = await furnish(world);
      admin = house.admin;
    });
    after(() => world.stop());
    beforeEach(async () => {
      person = await world.person();
    });
    const on = (client: Client): string => `/admin/accounts/${client.accountId}`;
    const itemsOf = <T>({ status, body }: Answer): readonly T[] => {
      expect(status, JSON.stringify(body)).to.equal(200);
      return body['items'] as unknown as readonly T[];
    };
    const logOf = async (query: string): Promise<readonly Entry[]> =>
      itemsOf<Entry>(await admin.get(`/admin/audit-log?${query}`));

    it('are admins: 401 without a token, 403 with another’s', async () => {
      const calls = (client: Client): readonly Promise<Answer>[] => [
        client.get('/admin/accounts'),
        client.get(on(person)),
        client.patch(on(person), { is_admin: true }),
        client.get('/admin/audit-log'),
      ];
      for (const [client, expected] of [
        [world.anonymous(), [401, 'request.unauthenticated']],
        [person, [403, 'request.forbidden']],
      ] as const)
        for (const answer of await Promise.all(calls(client)))
          expect(verdict(answer)).to.deep.equal(expected);
    });

    it('find an account by a part of its address or name, whatever the case, and see no secret', async () => {
      await person.patch('/accounts/me', { name: '100% Ada_Lovelace' });
      const find = async (search: string): Promise<readonly { readonly id: string }[]> =>
        itemsOf(await admin.get(`/admin/accounts?search=${encodeURIComponent(search)}`));
      const { email } = person.credentials;
      for (const search of [email.toUpperCase(), `  ${email.slice(0, -4)}`, '0% ada_LOVE']) {
        const found = await find(search);
        expect(found.map(({ id }) => id)).to.deep.equal([person.accountId]);
      }
      expect(await find('0%%ada')).to.deep.equal([]);
      const [shown] = await find(email);
      expect(shown).to.deep.equal((await admin.get(on(person))).body);
      expect(shown).to.include({ email, is_admin: false, suspended: false, suspended_at: null });
      expect(JSON.stringify(shown)).to.not.match(/password|hash|token|version|key/i);
      expect(verdict(await admin.get(`/admin/accounts?search=${'x'.repeat(255)}`))).to.deep.equal([
        400,
        'request.invalid',
      ]);
    });

    it('list accounts newest first, page by page', async () => {
      const newest = await world.person();
      const seen: string[] = [];
      let next: string | null = '';
      for (let page = 0; page < 99 && next !== null; page += 1) {
        const cursor: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
        const answer = await admin.get(`/admin/accounts?limit=2${cursor}`);
        seen.push(...itemsOf<{ readonly id: string }>(answer).map(({ id }) => id));
        next = answer.body['next_cursor'] as string | null;
      }
      expect(seen.slice(0, 2)).to.deep.equal([newest.accountId, person.accountId]);
      expect(new Set(seen).size).to.equal(seen.length);
      expect(seen).to.include.members([admin.accountId, house.viewer.accountId, house.other.accountId]);
    });

    it('suspend: sessions end at once, streams with them, and again changes nothing', async () => {
      const viewer = await world.person();
      await viewer.post('/payments', { plan_id: house.plan });
      const { id, manifest } = await house.make.stream(viewer);
      const suspended = await admin.patch(on(viewer), { suspended: true });
      expect(suspended.status, JSON.stringify(suspended.body)).to.equal(200);
      expect(suspended.body).to.include({ id: viewer.accountId, suspended: true });
      const beat = { seq: 1, position_seconds: 1, state: 'playing' };
      expect((await viewer.post(`/playback/sessions/${id}/heartbeat`, beat)).status).to.equal(401);
      await world.settle();
      expect((await fetch(new URL(manifest, world.base))).status).to.equal(410);
      const again = await admin.patch(on(viewer), { suspended: true });
      expect(again.body).to.deep.equal(suspended.body);
      const actions = (await logOf(`account_id=${viewer.accountId}`)).map(({ action }) => action);
      expect(actions.filter((action) => action === 'account.suspended')).to.have.length(1);
    });

    it('reinstate, and grant admin, each in the audit log with who did it, to whom, from where', async () => {
      await admin.patch(on(person), { suspended: true });
      const back = await admin.patch(on(person), { suspended: false, is_admin: true });
      expect(back.body).to.include({ suspended: false, suspended_at: null, is_admin: true });
      const promoted = await person.logIn();
      expect((await promoted.get('/admin/accounts?limit=1')).status).to.equal(200);
      const entries = await logOf(`account_id=${person.accountId}&limit=4`);
      expect(entries.map(({ action }) => action)).to.deep.equal([
        'login.succeeded',
        'admin.granted',
        'account.reinstated',
        'account.suspended',
      ]);
      for (const entry of entries.slice(1)) {
        expect(entry).to.include({
          actor: `account:${admin.accountId}`,
          object: `account:${person.accountId}`,
          account_id: person.accountId,
        });
        expect(entry.address).to.match(/127\.0\.0\.1|::1/);
      }
    });

    it('change nothing by an empty change, take no admin’s rights by this door, and must mean it', async () => {
      const before = (await admin.get(on(person))).body;
      expect((await admin.patch(on(person), { colour: 'red' })).body).to.deep.equal(before);
      for (const body of [{ is_admin: false }, { suspended: 'yes' }, { suspended: null }])
        expect(verdict(await admin.patch(on(person), body))).to.deep.equal([400, 'request.invalid']);
      expect((await admin.get(on(person))).body).to.deep.equal(before);
    });

    it('do not suspend themselves, and find nothing under an id that nobody has', async () => {
      expect(verdict(await admin.patch(on(admin), { suspended: true }))).to.deep.equal([
        403,
        'identity.self-suspension',
      ]);
      expect((await admin.get(on(admin))).body).to.include({ suspended: false });
      for (const id of ['none', '01980000-0000-7000-8000-000000000000']) {
        expect(verdict(await admin.get(`/admin/accounts/${id}`))).to.deep.equal(NOT_FOUND);
        for (const body of [{ suspended: true }, { suspended: false }, { is_admin: true }, {}])
          expect(verdict(await admin.patch(`/admin/accounts/${id}`, body))).to.deep.equal(NOT_FOUND);
      }
    });

    it('see what is left of a deleted account, and change it no more', async () => {
      const { password, email } = person.credentials;
      await person.delete('/accounts/me', { password });
      const left = (await admin.get(on(person))).body;
      expect(left).to.include({ id: person.accountId, name: null, is_admin: false });
      expect(left['deleted_at']).to.match(/Z$/);
      expect(JSON.stringify(left)).to.not.contain(email);
      expect(verdict(await admin.patch(on(person), { suspended: true }))).to.deep.equal(NOT_FOUND);
      const listed = await admin.get(`/admin/accounts?search=${encodeURIComponent(person.accountId)}`);
      expect(itemsOf(listed)).to.deep.equal([]);
    });

    it('read the audit log newest first, page by page, of all and of one', async () => {
      await person.logIn();
      const own = await logOf(`account_id=${person.accountId}`);
      expect(own.map(({ action }) => action)).to.deep.equal([
        'login.succeeded',
        'login.succeeded',
        'account.registered',
      ]);
      const first = await admin.get(`/admin/audit-log?account_id=${person.accountId}&limit=2`);
      const cursor = encodeURIComponent(String(first.body['next_cursor']));
      const rest = await logOf(`account_id=${person.accountId}&limit=2&cursor=${cursor}`);
      expect([...itemsOf<Entry>(first), ...rest]).to.deep.equal(own);
      expect(await logOf('limit=3')).to.deep.equal(own);
      expect(await logOf('account_id=none')).to.deep.equal([]);
      expect(verdict(await admin.get('/admin/audit-log?cursor=x'))).to.deep.equal([400, 'request.invalid']);
    });

    it('leave a line for each job, delivery and turn of the clock that they asked for', async () => {
      await admin.post('/admin/jobs/catalog.publish-due/run');
      await admin.post('/admin/jobs/deliveries/none/retry');
      await admin.post('/admin/clock/advance', { by: 'PT1S' });
      const entries = await logOf('limit=3');
      expect(entries.map(({ action, object }) => [action, object])).to.deep.equal([
        ['clock.advanced', 'clock:PT1S'],
        ['delivery.retried', 'delivery:none'],
        ['job.run', 'job:catalog.publish-due'],
      ]);
      for (const entry of entries)
        expect(entry).to.include({ actor: `account:${admin.accountId}`, account_id: null });
    });
  });
}
