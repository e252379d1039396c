import { money } from '../../src/kernel/money.ts';
import type { PlanDraft, PlanFeature, PlanTerms } from '../../src/subscriptions/index.ts';
import { alone } from '../persistence/knex/migrate.ts';
import { seedDemoCatalogue } from './demo-catalogue.ts';
import { CONNECTIONS } from './keys.ts';
import type { Usher } from './usher.ts';

const terms = (given: Partial<PlanTerms> & Pick<PlanTerms, 'price' | 'accessLevel'>): PlanTerms => ({
  validity: { days: 30 },
  maxDevices: 1,
  resolution: '480p',
  trialDays: 0,
  graceDays: 3,
  features: [],
  ...given,
});

/** Downloads a month; what is left of them is there for one month more. */
const downloads = (limit: number): PlanFeature => ({
  ...{ feature: 'downloads', kind: 'meter', limit, per: 'month', overage: 'block', overagePriceMinor: null },
  rollover: { cap: limit, expiresDays: 31 },
});

/** As many as one likes: those above the limit are on the next invoice. */
const clips = (limit: number, overagePriceMinor: number): PlanFeature => ({
  ...{ feature: 'clips', kind: 'meter', limit, per: 'term', overage: 'allow', overagePriceMinor },
});

const PLANS: readonly PlanDraft[] = [
  {
    code: 'basic',
    name: 'Basic',
    description: 'Everything of the basic shelf, on one screen in 720p.',
    isActive: true,
    terms: terms({
      price: money(599, 'USD'),
      accessLevel: 'basic',
      resolution: '720p',
      features: [downloads(10)],
    }),
  },
  {
    code: 'premium',
    name: 'Premium',
    description: 'The whole house in 4K, on four screens at once. The first week is on us.',
    isActive: true,
    terms: terms({
      price: money(1299, 'USD'),
      accessLevel: 'premium',
      resolution: '4K',
      maxDevices: 4,
      trialDays: 7,
      features: [downloads(100), clips(20, 25)],
    }),
  },
  {
    code: 'premium-year',
    name: 'Premium, a year',
    description: 'Premium for twelve months at the price of ten.',
    isActive: true,
    terms: terms({
      price: money(12990, 'USD'),
      validity: { months: 12 },
      accessLevel: 'premium',
      resolution: '4K',
      maxDevices: 4,
      features: [downloads(100), clips(240, 25)],
    }),
  },
];

/**
 * Plans and titles to look at on the first start. What is there already stays as it is. Of several processes
 * started at once one seeds, and the others wait for it.
 */
export async function seedDemo(usher: Usher): Promise<void> {
  const connections = usher.get(CONNECTIONS);
  await (connections ? alone(connections, () => seed(usher)) : seed(usher));
}

async function seed(usher: Usher): Promise<void> {
  const { subscriptions, catalog } = usher.faces;
  const { items } = await subscriptions.listPlans({ limit: 100 }, { withRetired: true });
  const known = new Set(items.map(({ code }) => code));
  for (const plan of PLANS) if (!known.has(plan.code)) await subscriptions.createPlan(plan);
  await seedDemoCatalogue(catalog);
}
