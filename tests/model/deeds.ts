import { DomainError } from '../../src/kernel/domain-error.ts';
import { toDecimal } from '../../src/kernel/money.ts';
import { after, instant, type Instant } from '../../src/kernel/instant.ts';
import type { PurchaseOrder } from '../../src/billing/index.ts';
import type { Aim, Command } from './commands.ts';
import type { Method } from './till.ts';
import { DAY } from './reckoning.ts';
import type { Stage } from './stage.ts';

/** Does a command to the product, and whatever is then owed; answers in the words of the model. */
export async function actual(todo: Command, stage: Stage, aim: Aim): Promise<string> {
  try {
    const answer = await actualOf(todo, stage, aim);
    return answer ?? 'ok';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  } finally {
    await stage.faces.operations.settle();
  }
}

async function actualOf(todo: Command, stage: Stage, aim: Aim): Promise<string | void> {
  const { faces, viewer: actor, planIds } = stage;
  const { billing, subscriptions } = faces;
  const days = (count: number): Instant => after(instant(aim.now), count * DAY);
  switch (todo.do) {
    case 'buy':
      return purchase(stage, { intent: 'buy', planId: planIds[todo.plan] }, todo.method);
    case 'subscribe': {
      const startsAt = todo.startsIn === 0 ? null : days(todo.startsIn);
      const order = { planId: planIds[todo.plan], startsAt, autoRenew: todo.autoRenew };
      return purchase(stage, { ...order, intent: 'subscribe' }, todo.method);
    }
    case 'renew':
      return purchase(stage, { intent: 'renew' }, todo.method);
    case 'change':
      return change(stage, todo);
    case 'resume': {
      const { needsPayment } = await subscriptions.resume({ actor });
      return needsPayment ? purchase(stage, { intent: 'resume' }, todo.method) : undefined;
    }
    case 'cancel':
      return void (await subscriptions.cancel({ actor, when: todo.when }));
    case 'auto-renew':
      if (todo.method !== null) await billing.setPaymentMethod({ actor, method: todo.method });
      return void (await subscriptions.setAutoRenew({ actor, on: todo.on }));
    case 'pause': {
      const resumesAt = todo.resumesIn === null ? null : days(todo.resumesIn);
      return void (await subscriptions.pause({ actor, when: todo.when, resumesAt }));
    }
    case 'change-at-end':
      await subscriptions.scheduleChange({ actor, planId: planIds[todo.plan], idempotency: undefined });
      return;
    case 'checkout':
    case 'refund':
    case 'dispute':
    case 'turn':
    case 'turn-to':
      return behindTheScenes(todo, stage, aim);
  }
}

type Scenery = Extract<Command, { do: 'checkout' | 'refund' | 'dispute' | 'turn' | 'turn-to' }>;

/** What the viewer does not do with the product: the gateway, the house, the time. */
async function behindTheScenes(todo: Scenery, stage: Stage, aim: Aim): Promise<string | void> {
  const { faces, viewer } = stage;
  switch (todo.do) {
    case 'checkout':
      return checkout(stage, todo.pays);
    case 'refund': {
      if (aim.paymentId === undefined) return 'none';
      const amount = todo.minor === null ? null : toDecimal({ minor: todo.minor, currency: 'USD' });
      const order = { paymentId: aim.paymentId, amount, endAccess: todo.endAccess };
      const actor = { ...viewer, isAdmin: true };
      await faces.billing.refundPayment({ ...order, actor, reason: null, idempotency: undefined });
      return;
    }
    case 'dispute':
      return aim.paymentId === undefined ? 'none' : dispute(stage, aim.paymentId, todo.ending);
    case 'turn':
    case 'turn-to':
      await faces.operations.advanceClock(`PT${(aim.by / 1_000).toFixed(3)}S`);
  }
}

type Ordered = Pick<PurchaseOrder, 'intent'> &
  Partial<Pick<PurchaseOrder, 'planId' | 'startsAt' | 'autoRenew'>>;

async function purchase(
  { faces, viewer: actor }: Stage,
  order: Ordered,
  paymentMethod: Method | null,
): Promise<string> {
  const defaults = { planId: null, startsAt: null, idempotency: undefined };
  const { result } = await faces.billing.purchase({ ...defaults, ...order, actor, paymentMethod });
  return result.payment?.status === 'requires_action' ? 'requires_action' : 'ok';
}

async function change(
  { faces: { billing }, viewer: actor, planIds }: Stage,
  { plan, proration, method }: Extract<Command, { do: 'change' }>,
): Promise<string> {
  const order = { actor, planId: planIds[plan], proration };
  const { result } = await billing.changePlan({ ...order, paymentMethod: method, idempotency: undefined });
  return result.payment.status === 'requires_action' ? 'requires_action' : 'ok';
}

async function checkout({ simulated, viewer, read }: Stage, pays: boolean): Promise<void> {
  const open = await read(({ payments }) => payments.findOpen(viewer.accountId));
  const page = open?.checkoutUrl?.split('/').at(-1);
  if (page !== undefined) await simulated.checkout.decide(page, pays ? 'pay' : 'decline');
}

async function dispute(
  { faces, simulated, read }: Stage,
  paymentId: string,
  ending: 'won' | 'lost',
): Promise<void> {
  const payment = await read(({ payments }) => payments.find(paymentId));
  const dispute = await simulated.desk.openDispute(payment?.gatewayReference ?? '');
  await faces.operations.settle();
  await simulated.desk.closeDispute(dispute, ending);
}
