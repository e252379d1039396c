import type { Contracts } from './contract.ts';
import { idempotencyContract, lockContract, outboxContract } from './kernel.contract.ts';
import { plansContract } from './subscriptions.contract.ts';

export const contracts: Contracts = {
  lock: lockContract,
  idempotency: idempotencyContract,
  outbox: outboxContract,
  plans: plansContract,
};
