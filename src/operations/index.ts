import { clockCommands, type AdvanceClockDeps, type ClockCommands } from './advance-clock.ts';
import {
  jobCommands,
  jobQuestions,
  type JobCommands,
  type JobQuestions,
  type RunJobsDeps,
} from './run-jobs.ts';

export type { Advance } from './advance-clock.ts';
export { createTableQueue, type DeliverDeps } from './deliver.ts';
export { deliveryPolicy, type Delivery, type DeliveryPolicy } from './delivery.ts';
export type { Job, JobRun, Sweep } from './job.ts';
export type {
  Backlog,
  DeadDelivery,
  DeliveryQueue,
  FailureLog,
  MovableClock,
  OperationsStores,
  React,
} from './ports.ts';
export { withoutAddresses } from './reason.ts';
export { refusals as operationsRefusals } from './refusals.ts';
export type { JobQuestions, JobReport } from './run-jobs.ts';

export type OperationsDeps = RunJobsDeps & Omit<AdvanceClockDeps, 'settle'>;

/** How the product runs itself: deliveries, sweeps, and the clock of its tests. */
export interface Operations extends JobCommands, JobQuestions, ClockCommands {}

export function createOperations(deps: OperationsDeps): Operations {
  const commands = jobCommands(deps);
  return { ...commands, ...jobQuestions(deps), ...clockCommands({ ...deps, settle: commands.settle }) };
}
