import {
  FAILURES,
  MAILER,
  PASSWORDS,
  SIMULATED,
  SYSTEM_CLOCK,
  UNIT_OF_WORK,
} from '../../adapters/composition/keys.ts';
import { instead } from '../../adapters/composition/override.ts';
import { parseConfig } from '../../adapters/composition/parse-config.ts';
import { composeUsher, type Usher } from '../../adapters/composition/usher.ts';
import { createRecordedMailer } from '../../adapters/email/recorded.ts';
import type { Simulated } from '../../adapters/payments/simulated.ts';
import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import type { AccountActor } from '../../src/kernel/actor.ts';
import { instant } from '../../src/kernel/instant.ts';
import type { PlanDraft } from '../../src/subscriptions/index.ts';
import { plainPasswords } from '../world/passwords.ts';
import { PLANS, type PlanKey, type PlanSketch } from './reckoning.ts';

/** A whole product in memory with one viewer, and time that moves only when it is told to. */
export interface Stage {
  readonly faces: Usher['faces'];
  readonly simulated: Simulated;
  readonly viewer: AccountActor;
  readonly planIds: Readonly<Record<PlanKey, string>>;
  /** What failed behind the answers: nothing may. */
  readonly faults: readonly string[];
  read<R>(question: (stores: AllStores) => Promise<R>): Promise<R>;
  close(): Promise<void>;
}

const CONFIG = parseConfig({
  CLOCK: 'virtual',
  LOG_LEVEL: 'silent',
  SEED: 'none',
  RATE_LIMITS: 'off',
  PROFILE: 'memory',
  RUN_JOBS: 'false',
});

export async function setStage(start: number): Promise<Stage> {
  const faults: string[] = [];
  const usher = await composeUsher(
    CONFIG,
    instead(SYSTEM_CLOCK, { now: () => instant(start) }),
    instead(PASSWORDS, plainPasswords),
    instead(MAILER, createRecordedMailer()),
    instead(FAILURES, { failed: (what, error) => void faults.push(`${what}: ${String(error)}`) }),
  );
  const { faces } = usher;
  const simulated = usher.get(SIMULATED);
  if (!simulated) throw new Error('payments are not simulated');
  const registration = {
    email: 'viewer@example.com',
    password: 'not the usual word',
    name: null,
    address: '',
  };
  const profile = await faces.identity.register(registration);
  if (!profile) throw new Error('nobody was registered');
  const planIds: Partial<Record<PlanKey, string>> = {};
  for (const [key, sketch] of Object.entries(PLANS))
    planIds[key as PlanKey] = (await faces.subscriptions.createPlan(draftOf(key, sketch))).id;
  await faces.operations.settle();
  return {
    faces,
    simulated,
    viewer: { kind: 'account', accountId: profile.id, sessionId: 'none', isAdmin: false },
    planIds: planIds as Record<PlanKey, string>,
    faults,
    read: (question) => usher.get(UNIT_OF_WORK).read(question),
    close: () => usher.close(),
  };
}

const draftOf = (code: string, { price, days, months, trialDays, graceDays }: PlanSketch): PlanDraft => ({
  code,
  name: code,
  description: '',
  isActive: true,
  terms: {
    price: { minor: price, currency: 'USD' },
    validity: days === undefined ? { months: months ?? 1 } : { days },
    accessLevel: 'premium',
    maxDevices: 2,
    resolution: '1080p',
    trialDays,
    graceDays,
    features: [],
  },
});
