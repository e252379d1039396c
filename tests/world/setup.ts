import { tearDown } from './teardown.ts';

export async function mochaGlobalTeardown(): Promise<void> {
  await tearDown();
}
