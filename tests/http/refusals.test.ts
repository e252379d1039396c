import { expect } from 'chai';
import { allRoutes } from '../world/routes.ts';
import { keyOf } from './compositions.ts';
import { ACCOUNTS } from './refusals/accounts.ts';
import { MONEY } from './refusals/money.ts';
import { USAGE } from './refusals/usage.ts';
import { TITLES } from './refusals/titles.ts';
import { UPLOADS } from './refusals/uploads.ts';
import { WATCHING } from './refusals/watching.ts';
import { WEBHOOKS } from './refusals/webhooks.ts';
import { setStage, type Stage } from './refusals/stage.ts';
import { MET_ELSEWHERE } from './refusals/elsewhere.ts';
import { OWNED, OWNED_IN_BODY, NAMED } from './whose.ts';
import { Witness } from './witness.ts';

const PROVOKED = { ...ACCOUNTS, ...TITLES, ...UPLOADS, ...WATCHING, ...MONEY, ...WEBHOOKS, ...USAGE };

/** Absent objects of every route are looked for in ownership.test.ts. */
const absences = new Set(
  [...Object.keys(OWNED), ...Object.keys(NAMED), ...Object.keys(OWNED_IN_BODY)].map(
    (key) => `${key.split(' ').slice(0, 2).join(' ')} request.not-found`,
  ),
);

describe('the refusals that routes announce', function () {
  this.timeout(60_000);
  const witness = new Witness(allRoutes);
  let stage: Stage;
  before(async () => {
    stage = await setStage((client) => witness.watch(client));
  });
  after(() => stage.stop());

  for (const [key, provoke] of Object.entries(PROVOKED))
    it(`${key} comes when it should`, async () => {
      const { body } = await provoke(stage);
      expect(body['code'], JSON.stringify(body)).to.equal(key.split(' ')[2]);
      expect(witness.faults).to.deep.equal([]);
    });

  it('are each provoked, here or where it is said', () => {
    const announced = new Set(
      allRoutes.flatMap((route) => route.refuses.map((code) => `${keyOf(route)} ${code}`)),
    );
    const unmet = witness.unprovoked.filter((key) => !absences.has(key));
    expect(
      Object.keys(PROVOKED).filter((key) => !announced.has(key)),
      'provoked, not announced',
    ).to.deep.equal([]);
    const elsewhere = Object.keys(MET_ELSEWHERE);
    expect(
      unmet.filter((key) => !elsewhere.includes(key)),
      'announced, not provoked',
    ).to.deep.equal([]);
    expect(
      elsewhere.filter((key) => !unmet.includes(key)),
      'provoked here after all',
    ).to.deep.equal([]);
  });
});
