import { expect } from 'chai';
import { instant } from '../../src/kernel/instant.ts';
import { nextId } from '../world/subscriptions.ts';
import { inEveryArena, type Arena } from './arena.ts';
import { breaksOnSomeSeed, seeds, sized, tally, unexpected, wins } from './race.ts';
import type { ServiceKeyInput, ServiceKeySettings } from './service-keys.scenario.ts';

const scenario = new URL('./service-keys.scenario.ts', import.meta.url);
const REFUSAL = 'identity.too-many-service-keys';
const MAX = 5;

type Ring = Arena<ServiceKeyInput, string>;

const makers = (count: number): readonly ServiceKeyInput[] =>
  Array.from({ length: count }, (_, index) => ({ make: `Key ${index}`, admin: nextId() }));

const live = ({ unitOfWork }: Ring): Promise<number> =>
  unitOfWork.read(({ serviceKeys }) => serviceKeys.countLive(instant(Date.now())));

inEveryArena('making and revoking service keys at once', (open) => {
  const settings: ServiceKeySettings = { naive: false, max: MAX };

  it('makes too many when they are counted first and made later (the naive variant)', async () => {
    const broken = await breaksOnSomeSeed(async () => {
      const arena: Ring = await open({ scenario, settings: { ...settings, naive: true } });
      await arena.race(makers(20));
      return (await live(arena)) > MAX;
    });
    expect(broken).to.equal(true);
  });

  for (const seed of seeds())
    it(`makes as many as there may be, exactly (seed ${seed})`, async () => {
      const arena: Ring = await open({ scenario, settings });
      const count = sized(100, 24);
      const outcomes = await arena.race(makers(count));
      expect(unexpected(outcomes, [REFUSAL])).to.deep.equal([]);
      expect(tally(outcomes)).to.deep.equal({ won: MAX, [REFUSAL]: count - MAX });
      expect(await live(arena)).to.equal(MAX);
    });

  it('revokes a key once, and says so once', async () => {
    const arena: Ring = await open({ scenario, settings });
    const [id = ''] = wins(await arena.race(makers(1)));
    const admins = Array.from({ length: sized(100, 24) }, () => ({ revoke: id, admin: nextId() }));
    const outcomes = await arena.race(admins);
    expect(unexpected(outcomes, ['request.not-found'])).to.deep.equal([]);
    expect(wins(outcomes)).to.deep.equal([id]);
    const { items } = await arena.unitOfWork.read(({ audit }) =>
      audit.list({ limit: 100 }, { accountId: null }),
    );
    expect(items.filter(({ action }) => action === 'service-key.revoked')).to.have.length(1);
    expect(await live(arena)).to.equal(0);
  });
});
