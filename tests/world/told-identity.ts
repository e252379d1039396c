import type { DomainEvent } from '../../src/kernel/outbox.ts';
import { identityWorld, type IdentityWorld } from './identity.ts';
import { openers } from './stores.ts';

export interface Told {
  readonly world: IdentityWorld;
  events(): readonly DomainEvent[];
}

/** Identity in memory, and what it told the outbox. */
export async function told(mode: 'optional' | 'required'): Promise<Told> {
  const { unitOfWork } = await openers.memory();
  const events: DomainEvent[] = [];
  const world = identityWorld(
    {
      read: (work) => unitOfWork.read(work),
      single: (work) => unitOfWork.single(work),
      run: (work) =>
        unitOfWork.run((stores) =>
          work({
            ...stores,
            outbox: {
              add: async (added) => {
                await stores.outbox.add(added);
                events.push(...added);
              },
            },
          }),
        ),
    },
    { emailVerification: mode },
  );
  return { world, events: () => events };
}
