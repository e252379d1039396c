import { GATEWAY, SIMULATED, UNIT_OF_WORK } from '../../../adapters/composition/keys.ts';
import { provide } from '../../../adapters/composition/token.ts';
import { startRemoteWorld, type RemoteWorld } from '../../adapters/media/remote/world.ts';
import { startStripeWorld, type StripeWorld } from '../../adapters/stripe/world.ts';
import type { Answer, Client } from '../../world/client.ts';
import { furnish, type House } from '../../world/house.ts';
import { createPlanOn } from '../../world/plans.ts';
import { startUsher, type RunningUsher } from '../../world/usher.ts';

type Step = () => Promise<unknown>;
const nothing: Step = async () => undefined;

/** A product whose media a provider keeps, and its admin. */
export interface AtProvider extends RemoteWorld {
  readonly admin: Client;
  draft(path: '/videos' | '/musics'): Promise<string>;
}

/** Where routes are made to refuse. */
export interface Stage extends Pick<House, 'make'> {
  readonly world: RunningUsher;
  readonly stripe: StripeWorld;
  readonly remote: { readonly mux: AtProvider; readonly cloudflare: AtProvider };
  readonly admin: Client;
  readonly anonymous: Client;
  readonly watch: (client: Client) => Client;
  person(): Promise<Client>;
  /** Somebody whose subscription Stripe collects. */
  atStripe(): Promise<Client>;
  plan(changes?: object): Promise<string>;
  /** Does something the next time that the gateway is asked for money, before it gives an answer. */
  meanwhile(step: Step): void;
  /** Puts that much on the balance of an account. */
  balance(of: Client, minor: number): Promise<void>;
  stop(): Promise<void>;
}

/** Makes a route refuse; the answer is what is looked at. */
export type Provoke = (stage: Stage) => Promise<Answer>;
/** By `method path code`. */
export type Provocations = Readonly<Record<string, Provoke>>;

export async function setStage(watch: (client: Client) => Client): Promise<Stage> {
  let step = nothing;
  const world = await startUsher('memory', {
    override: (container) => {
      container.unbind(GATEWAY);
      provide(container, GATEWAY, [SIMULATED], (simulated) => {
        if (!simulated) throw new Error('payments are not simulated');
        const { gateway } = simulated;
        return {
          ...gateway,
          charge: async (request) => {
            const next = step;
            step = nothing;
            await next();
            return gateway.charge(request);
          },
        };
      });
    },
  });
  const stripe = await startStripeWorld();
  const atProvider = async (name: 'mux' | 'cloudflare'): Promise<AtProvider> => {
    const remote = await startRemoteWorld(name);
    const admin = watch(await remote.world.admin());
    const draft: AtProvider['draft'] = async (path) =>
      String((await admin.post(path, { title: 'Film' })).body['id']);
    return { ...remote, admin, draft };
  };
  const remote = { mux: await atProvider('mux'), cloudflare: await atProvider('cloudflare') };
  const house = await furnish(world);
  const admin = watch(house.admin);
  let plans = 0;
  return {
    ...{ world, stripe, remote, admin, watch },
    make: house.make,
    anonymous: watch(world.anonymous()),
    person: async () => watch(await world.person()),
    atStripe: async () => {
      const client = watch(await stripe.world.person());
      const { body } = await client.post('/payments/checkout', { plan_id: await stripe.plan() });
      stripe.stripe.pay(String(body['checkout_url']));
      await stripe.news();
      return client;
    },
    plan: (changes = {}) => createPlanOn(admin, { code: `stage-${(plans += 1)}`, grace_days: 3, ...changes }),
    meanwhile: (next) => {
      step = next;
    },
    balance: (of, minor) =>
      world.usher.get(UNIT_OF_WORK).run(async ({ balances }) => {
        const { version } = (await balances.find(of.accountId, 'USD')) ?? { version: 0 };
        await balances.save({ accountId: of.accountId, currency: 'USD', minor, version: version + 1 });
      }),
    stop: async () => {
      await world.stop();
      await stripe.stop();
      await remote.mux.stop();
      await remote.cloudflare.stop();
    },
  };
}
