import type { Plan, PlanTerms, Subscription } from '../../../src/subscriptions/index.ts';
import type { Stage } from './stage.ts';

/** A till at which nobody can pay. */
export const declined = (): boolean => true;

export interface Subscriber {
  readonly actor: ReturnType<Stage['viewer']>;
  readonly plan: Plan;
  /** The subscription as it stands now. */
  current(): Promise<Subscription>;
}

/** Somebody whose subscription renews itself, bought just now. */
export async function subscriber(world: Stage, changes: Partial<PlanTerms> = {}): Promise<Subscriber> {
  const plan = await world.sell(changes);
  const actor = world.viewer();
  await world.purchase(actor, plan.id, { intent: 'subscribe', autoRenew: true });
  const current = async (): Promise<Subscription> => {
    const details = await world.face.current(actor.accountId);
    if (!details) throw new Error('there is no subscription');
    return details.subscription;
  };
  return { actor, plan, current };
}

export const typesOf = ({ news }: Stage): readonly string[] =>
  news.map(({ type }) => type.replace('subscriptions.', ''));
