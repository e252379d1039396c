import { expect } from 'chai';
import { announcedEvents, awaitedEvents } from './event-names.ts';
import { sourceFile, sources } from './source-tree.ts';

describe('the names of events', () => {
  it('are announced by a context wherever something waits for them', () => {
    const announced = announcedEvents(sources('src'));
    const awaited = awaitedEvents(sources('src'));
    expect(announced).to.have.length.greaterThan(0);
    expect(awaited).to.have.length.greaterThan(0);
    expect(awaited.filter((name) => !announced.includes(name))).to.deep.equal([]);
  });

  it('are read from the unions and lists of a context, and not from its neighbours', () => {
    const text = `export type Type = 'billing.paid' | 'subscriptions.ended'; const all = ['billing.part-refunded'];`;
    expect(announcedEvents([sourceFile('src/billing/events.ts', text)])).to.deep.equal([
      'billing.paid',
      'billing.part-refunded',
    ]);
    expect(announcedEvents([sourceFile('src/billing/settle.ts', text)])).to.deep.equal([]);
    expect(awaitedEvents([sourceFile('src/notifications/occasions.ts', text)])).to.include(
      'subscriptions.ended',
    );
  });

  it("are read from a context's history where it announces all of that", () => {
    const events = sourceFile('src/billing/events.ts', 'type News = `billing.${Entry["type"]}`;');
    const history = `type Entry = { type: 'paid' } | { type: 'part-refunded' | 'refunded'; kind: 'gift' };`;
    const told = sourceFile('src/billing/ledger-events.ts', history);
    expect(announcedEvents([events, told])).to.deep.equal([
      'billing.paid',
      'billing.part-refunded',
      'billing.refunded',
    ]);
    expect(announcedEvents([told])).to.deep.equal([]);
  });
});
