import { expect } from 'chai';
import { ids } from '../world/entitlements.ts';
import { inEveryArena } from './arena.ts';
import { seeds, shuffled, sized } from './race.ts';
import { lineOf, meterOf, settings, toldIn, type Ring } from './usage-books.ts';
import { consumer, type Told } from './usage.scenario.ts';

const scenario = new URL('./usage.scenario.ts', import.meta.url);
const LIMIT = sized(400, 60);
const KEYS = LIMIT + LIMIT / 4;
const TRIES = 3;

inEveryArena(`using units with Idempotency-Keys, each sent ${TRIES} times at once`, (open) => {
  for (const seed of seeds())
    it(`counts each key once, and answers it the same each time (seed ${seed})`, async () => {
      const ring: Ring = await open({ scenario, settings: settings({ limit: LIMIT }) });
      const accountId = ids.next();
      const keys = Array.from({ length: KEYS }, (_, index) => `account:${accountId}:${index}`);
      const sent = keys.flatMap((key) => Array.from({ length: TRIES }, () => consumer(accountId, { key })));
      const consumers = shuffled(sent, seed).map((each, index) => ({ ...each, alone: index % 16 === 0 }));
      const told = await toldIn(ring, consumers);
      const byKey = Map.groupBy(told, (_, index) => consumers[index]?.key);
      const faults = keys.flatMap((key) => faultOf(byKey.get(key) ?? []).map((what) => `${key}: ${what}`));
      expect(faults).to.deep.equal([]);
      const granted = [...byKey.values()].filter(([first]) => first && 'granted' in first);
      expect(granted).to.have.length(LIMIT);
      const { used } = await meterOf(ring.unitOfWork, accountId);
      const line = await lineOf(ring.unitOfWork, accountId);
      expect([used, line?.meter.used]).to.deep.equal([LIMIT, LIMIT]);
    });
});

/** What is wrong with the answers to one key. */
function faultOf(answers: readonly Told[]): readonly string[] {
  const granted = answers.flatMap((each) => ('granted' in each ? [each] : []));
  // Once the limit is reached it stays so: nobody is refused whose key counted.
  if (granted.length === 0 && answers.length === TRIES) return [];
  if (granted.length !== TRIES) return [`granted ${granted.length} of ${answers.length} times`];
  const fresh = granted.filter(({ replayed }) => !replayed).length;
  const numbers = new Set(granted.map(({ usage }) => JSON.stringify(usage)));
  return [
    ...(fresh === 1 ? [] : [`counted ${fresh} times`]),
    ...(numbers.size === 1 ? [] : [`told ${[...numbers].join(' and ')}`]),
  ];
}
