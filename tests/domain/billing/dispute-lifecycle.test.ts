import { expect } from 'chai';
import {
  DISPUTE_STATUSES,
  DISPUTE_TRIGGERS,
  disputeLifecycle,
  type DisputeStatus,
  type DisputeTrigger,
} from '../../../src/billing/dispute-lifecycle.ts';
import { statesOf, targets } from '../../../src/kernel/state-machine.ts';

/** Every cell that leads anywhere, written out a second time; whatever is not here is refused. */
const MOVES: readonly (readonly [DisputeStatus, DisputeTrigger, DisputeStatus])[] = [
  ['open', 'win', 'won'],
  ['open', 'lose', 'lost'],
  ['lost', 'win', 'won'],
];

describe('the life of a dispute', () => {
  for (const state of DISPUTE_STATUSES)
    for (const trigger of DISPUTE_TRIGGERS) {
      const move = MOVES.find(([from, by]) => from === state && by === trigger);
      it(`${trigger} on ${state} ${move ? `leads to ${move[2]}` : 'is refused'}`, () => {
        expect(targets(disputeLifecycle, state, trigger)).to.deep.equal(move ? [move[2]] : []);
      });
    }

  it('has a row for each status', () => {
    expect(statesOf(disputeLifecycle)).to.have.members([...DISPUTE_STATUSES]);
  });
});
