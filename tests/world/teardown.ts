type Step = () => void | Promise<void>;

let steps: Step[] = [];

/** Has the step run after the last test, latest first. */
export function atTeardown(step: Step): void {
  steps.push(step);
}

/** Every step has its turn, even when one before it failed. */
export async function tearDown(): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps.reverse()) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  steps = [];
  if (failures.length > 0) throw new AggregateError(failures, 'the test world did not come down cleanly');
}
