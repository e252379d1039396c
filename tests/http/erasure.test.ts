import { expect } from 'chai';
import { CONNECTIONS, MAILER } from '../../adapters/composition/keys.ts';
import { instead } from '../../adapters/composition/override.ts';
import { createRecordedMailer, type RecordedMailer } from '../../adapters/email/recorded.ts';
import type { Connections } from '../../adapters/persistence/knex/connection.ts';
import { POSTER } from '../world/catalog.ts';
import { Client } from '../world/client.ts';
import { everything } from '../world/every-row.ts';
import { expected, furnish, type House } from '../world/house.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const EMAIL = 'Grace.Hopper.1906@Example.com';
const PASSWORD = 'nanoseconds of wire';
/** What names this person, and no other: none of it may be anywhere afterwards. */
const PERSONAL = [
  EMAIL,
  EMAIL.toLowerCase(),
  'Grace Brewster Hopper',
  'found a moth in a relay',
  '+14155551906',
  'Mark I in the hall',
  'univac-in-the-kitchen',
  'Univac in the kitchen',
  'phone-of-grace',
  'Phone of Grace',
  'teletype of the navy',
  PASSWORD,
];

/** The tables that hold anything personal, each with what it holds. */
async function traces(connections: Connections): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [table, text] of await everything(connections))
    for (const needle of PERSONAL)
      if (text.toLowerCase().includes(needle.toLowerCase())) found.push(`${table}: ${needle}`);
  return found;
}

/** Receipts are refused by this mail server, and it says whose they were. */
function grumpyMailer(): RecordedMailer {
  const recorded = createRecordedMailer();
  return {
    ...recorded,
    send: async (mail) => {
      if (mail.subject.startsWith('Receipt')) throw new Error(`550 5.1.1 <${mail.to}>: mailbox full`);
      await recorded.send(mail);
    },
  };
}

for (const store of ['SQLite', 'Postgres'] as const) {
  describe(`a deleted account on ${store}`, () => {
    let world: RunningUsher;
    let house: House;
    let mailer: RecordedMailer;
    let connections: Connections;
    before(async () => {
      mailer = grumpyMailer();
      world = await startUsher(store, {
        override: instead(MAILER, mailer),
      });
      house = await furnish(world);
      const opened = world.usher.get(CONNECTIONS);
      if (!opened) throw new Error(`${store} has no connections`);
      connections = opened;
    });
    after(() => world.stop());

    const toGrace = (): number => mailer.list().filter(({ to }) => to === EMAIL).length;

    /** Leaves a trace wherever a person can. */
    async function live(): Promise<Client> {
      const stranger = world.anonymous();
      const name = 'Grace Brewster Hopper';
      const registered = { email: EMAIL, password: PASSWORD, name };
      expected(await stranger.post('/accounts/register', registered), 201);
      await stranger.post('/accounts/login', { email: EMAIL, password: 'wrong' });
      const device = { device_id: 'univac-in-the-kitchen', device_name: 'Mark I in the hall' };
      const signedIn = await stranger.post(
        '/accounts/login',
        { email: EMAIL, password: PASSWORD, ...device },
        { 'user-agent': 'teletype of the navy' },
      );
      expected(signedIn, 200);
      const person = new Client(world.base, {
        token: String(signedIn.body['access']),
        credentials: { email: EMAIL, password: PASSWORD },
        accountId: String(signedIn.body['account']?.['id']),
      });
      const profile = { bio: 'She found a moth in a relay.', phone: '+14155551906' };
      expected(await person.patch('/accounts/me', profile), 200);
      expected(await person.upload('/accounts/me/picture', POSTER, 'image/png'), 200);
      await stranger.post('/accounts/forgot-password', { email: EMAIL });
      expected(await person.post('/payments', { plan_id: house.plan }, { 'idempotency-key': 'one' }), 201);
      await watch(person);
      await world.settle();
      return person;
    }

    async function watch(person: Client): Promise<void> {
      const titleId = await house.make.published();
      const start = async (id: string, name: string, terminate: readonly string[] = []) =>
        expected(
          await person.post('/playback/sessions', {
            title_id: titleId,
            device_id: id,
            device_name: name,
            terminate,
          }),
          201,
        ).body;
      const { id } = await start('univac-in-the-kitchen', 'Univac in the kitchen');
      const beat = { seq: 1, position_seconds: 2, state: 'playing' };
      expected(await person.post(`/playback/sessions/${id}/heartbeat`, beat), 200);
      await start('univac-in-the-kitchen', 'Univac in the kitchen');
      await start('phone-of-grace', 'Phone of Grace');
      expected(await person.post('/activities/watch', { video_id: titleId, event: 'paused' }), 201);
    }

    it('is nowhere in the database: no address, name, device or word of it, in any table', async () => {
      const person = await live();
      const before = await traces(connections);
      for (const table of ['accounts', 'notices', 'sessions', 'streams'])
        expect(before.join('\n'), table).to.match(new RegExp(`${table}: `));
      const mails = toGrace();
      expect(mails).to.be.greaterThan(1);

      expected(await person.delete('/accounts/me', { password: PASSWORD }), 204);
      await world.settle();
      expect(await traces(connections)).to.deep.equal([]);

      const rows = await everything(connections);
      const path = store === 'SQLite' ? '' : 'public"."';
      for (const table of ['progress', 'watch_log', 'mail_codes', 'sessions'])
        expect(rows.get(`${path}${table}`), table).to.not.contain(person.accountId);
      // Nobody is written to about the end of a subscription that ended with the account.
      expect(toGrace()).to.equal(mails);
      expect(rows.get(`${path}subscriptions`)).to.match(
        new RegExp(`"account_id":"${person.accountId}"[^}]*"status":"canceled"`),
      );
      // The ledger stays, under an id that names nobody.
      for (const table of ['payments', 'audit_log', 'subscription_events'])
        expect(rows.get(`${path}${table}`), table).to.contain(person.accountId);

      // What fails late still finds nobody to write to.
      await world.advance('P40D');
      expect(await traces(connections)).to.deep.equal([]);
      expect(toGrace()).to.equal(mails);
    });

    it('leaves its address free for a new one, which inherits nothing', async () => {
      const stranger = world.anonymous();
      const again = { email: EMAIL, password: PASSWORD };
      const person = await Client.register(world.base, again);
      expect((await person.get('/accounts/me')).body).to.include({ name: null, bio: null, role: 'normal' });
      for (const path of ['/payments/my', '/activities/my', '/activities/continue-watching'])
        expect((await person.get(path)).body, path).to.deep.equal({ items: [], next_cursor: null });
      expect((await stranger.post('/accounts/login', again)).status).to.equal(200);
    });
  });
}
