import { after, HOUR, instant } from '../../src/kernel/instant.ts';
import type { Scenario } from './scenario.ts';

export interface ClaimSettings {
  readonly naive: boolean;
}

const NOW = instant(Date.UTC(2026, 0, 31, 12));

/** Contenders take one idempotency key: by the store's rule, or naively by reading first and writing later. */
const claimScenario: Scenario<ClaimSettings, string, string> =
  ({ unitOfWork, settings }) =>
  async (key) => {
    const record = {
      key,
      fingerprint: key,
      claimedAt: NOW,
      expiresAt: after(NOW, HOUR),
      subjectId: null,
      answer: null,
    };
    if (!settings.naive) {
      await unitOfWork.run(({ idempotency }) => idempotency.claim(record));
      return key;
    }
    const held = await unitOfWork.read(({ idempotency }) => idempotency.find(key));
    if (held) throw new Error('taken');
    // The naive writer replaces what it believes to be absent.
    await unitOfWork.run(async ({ idempotency }) => {
      await idempotency.release(key);
      await idempotency.claim(record);
    });
    return key;
  };

export default claimScenario;
