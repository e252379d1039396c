import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { proving } from '../races/race.ts';
import { Client } from '../world/client.ts';
import { eventually } from '../world/eventually.ts';
import { readBook } from './book.ts';
import { DURABLE_STORES, openGround, type Ground } from './ground.ts';
import { stage } from './staging.ts';

/** pg-boss takes a quarter of a minute to give a killed runner's job to another. */
const STORES = proving ? DURABLE_STORES : (['SQLite'] as const);
/** A kill may come after the mail: so many buyers try to be faster. */
const TRIES = 8;

const receiptsIn = async (ground: Ground): Promise<readonly string[]> => {
  const files = await readdir(join(ground.dataDir, 'mail')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return files.filter((name) => name.startsWith('receipt.') && name.endsWith('.eml'));
};

/** Buys and kills the process on the answer; the payment whose receipt was still owed then. */
async function buyAndKill(ground: Ground, planId: string, buyer: number): Promise<string | null> {
  const usher = await ground.serve();
  const credentials = { email: `payer-${buyer}@example.com`, password: `the word of payer ${buyer}` };
  const client = await Client.register(usher.base, credentials);
  const before = (await receiptsIn(ground)).length;
  const bought = await client.post('/payments', { plan_id: planId });
  await usher.kill();
  expect(bought.status, JSON.stringify(bought.body)).to.equal(201);
  return (await receiptsIn(ground)).length === before ? String(bought.body['id']) : null;
}

for (const store of STORES) {
  describe(`a process killed on the answer to a purchase, on ${store}`, function () {
    this.timeout(60_000);
    let ground: Ground;
    beforeEach(async () => {
      ground = await openGround(store);
    });
    afterEach(() => ground.close());

    it('sends the receipt that it still owed after the restart, once', async () => {
      const { dayPlanId } = await stage(ground);
      let owed: string | null = null;
      for (let buyer = 1; owed === null && buyer <= TRIES; buyer += 1)
        owed = await buyAndKill(ground, dayPlanId, buyer);
      expect(owed, 'a purchase whose mail had not gone out').to.not.equal(null);

      await ground.serve();

      await eventually('nothing is owed', async () => (await readBook(ground)).owed.length === 0, 20_000);
      const { events, notices } = await readBook(ground);
      const [receipt, ...more] = events.filter(
        ({ type, subjectId }) => type === 'billing.payment-succeeded' && subjectId === owed,
      );
      expect(more).to.deep.equal([]);
      const key = `receipt.${receipt?.id}`;
      expect(notices.filter((notice) => notice.key === key)).to.have.length(1);
      const file = join(ground.dataDir, 'mail', `${key}.eml`);
      const sent = await stat(file);
      // It would be overwritten, so a second sending shows in the file.
      await pause(1_500);
      expect((await stat(file)).ino).to.equal(sent.ino);
      expect((await receiptsIn(ground)).filter((name) => name === `${key}.eml`)).to.have.length(1);
    });
  });
}
