import { expect } from 'chai';
import { boundedGateway } from '../../adapters/payments/bounded-gateway.ts';
import { noFaults, seededFaults } from '../../adapters/payments/gateway-faults.ts';
import { simulatedGateway } from '../../adapters/payments/simulated-gateway.ts';
import type { Charged, ChargeRequest, PaymentGateway, Question } from '../../src/billing/index.ts';
import { money } from '../../src/kernel/money.ts';
import { CHECKOUT, randomIds } from '../world/billing.ts';
import { onEveryStore } from '../world/stores.ts';
import { NOW } from '../world/subscriptions.ts';

const request = (key: string, method = 'pm_ok', changes: Partial<ChargeRequest> = {}): ChargeRequest => ({
  key,
  method,
  amount: money(999, 'USD'),
  description: 'Standard',
  accountId: 'payer',
  offSession: false,
  keepMethod: false,
  returnUrl: null,
  customer: null,
  ...changes,
});

const about = (key: string): Question => ({ key, reference: null, request: request(key), since: NOW });

const collected = { offSession: true, keepMethod: true } as const;

onEveryStore('the simulated gateway', (open) => {
  let gateway: PaymentGateway;
  beforeEach(async () => {
    const unitOfWork = await open();
    gateway = simulatedGateway({
      ...{ unitOfWork, clock: { now: () => NOW }, ids: randomIds },
      faults: noFaults,
      checkoutBase: CHECKOUT,
    });
  });
  const collections = async (method: string, count: number): Promise<readonly Charged[]> => {
    const answers: Charged[] = [];
    for (let index = 0; index < count; index += 1)
      answers.push(await gateway.charge(request(`${method} ${index}`, method, collected)));
    return answers;
  };

  it('captures once per key, however often it is asked at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => gateway.charge(request('a'))));
    expect(new Set(answers.map(({ reference }) => reference)).size).to.equal(1);
    expect(answers[0]?.outcome).to.equal('captured');
    expect(await gateway.find(about('a'))).to.deep.equal(answers[0]);
  });

  it('knows nothing of a key that never came', async () => {
    expect(await gateway.find(about('a'))).to.deep.equal({ outcome: 'absent' });
    expect(await gateway.abandon(about('a'))).to.deep.equal({ outcome: 'absent' });
    expect((await gateway.review(about('a'))).found).to.deep.equal({ outcome: 'absent' });
  });

  it('declines, and says so again', async () => {
    const answer = await gateway.charge(request('a', 'pm_declined'));
    expect(answer).to.include({ outcome: 'declined', reason: 'card_declined' });
    expect(await gateway.find(about('a'))).to.deep.equal(answer);
  });

  it('loses its answer before the capture', async () => {
    expect((await gateway.charge(request('a', 'pm_timeout_before_capture'))).outcome).to.equal('unknown');
    expect((await gateway.find(about('a'))).outcome).to.equal('absent');
  });

  it('loses its answer after the capture', async () => {
    const lost = request('a', 'pm_timeout_after_capture');
    expect((await gateway.charge(lost)).outcome).to.equal('unknown');
    expect((await gateway.find(about('a'))).outcome).to.equal('captured');
    expect((await gateway.charge(lost)).outcome).to.equal('captured');
  });

  it('sends a payer to its page, and closes it when nobody pays', async () => {
    const waits = await gateway.charge(request('a', 'pm_requires_action'));
    expect(waits.outcome).to.equal('requires_action');
    expect(waits.checkoutUrl).to.match(/^http:\/\/localhost\/simulated\/checkout\/[0-9a-f]{64}$/);
    expect(await gateway.find(about('a'))).to.deep.equal(waits);
    const closed = await gateway.abandon(about('a'));
    expect(closed).to.include({ outcome: 'declined', reason: 'abandoned', checkoutUrl: null });
    expect(await gateway.abandon(about('a'))).to.deep.equal(closed);
    expect(await gateway.charge(request('a', 'pm_requires_action'))).to.deep.equal(closed);
  });

  it('abandons nothing that was captured', async () => {
    const paid = await gateway.charge(request('a'));
    expect(await gateway.abandon(about('a'))).to.deep.equal(paid);
  });

  it('tells which method can be charged again, when it is to be kept', async () => {
    expect((await gateway.charge(request('a'))).method).to.equal(null);
    expect((await gateway.charge(request('b', 'pm_ok', { keepMethod: true }))).method).to.equal('pm_ok');
  });

  for (const [method, outcomes] of [
    ['pm_ok', ['captured', 'captured']],
    ['pm_ok_then_declined', ['card_declined', 'card_declined']],
    ['pm_ok_then_action', ['authentication_required', 'authentication_required']],
    ['pm_requires_action', ['authentication_required']],
    ['pm_fails_twice', ['card_declined', 'card_declined', 'captured', 'captured']],
  ] as const)
    it(`charges ${method} without its payer: ${outcomes.join(', ')}`, async () => {
      const answers = await collections(method, outcomes.length);
      expect(answers.map(({ outcome, reason }) => reason ?? outcome)).to.deep.equal(outcomes);
      expect(answers.every(({ checkoutUrl }) => checkoutUrl === null)).to.equal(true);
    });

  it('charges those with their payer there', async () => {
    for (const method of ['pm_ok_then_declined', 'pm_ok_then_action', 'pm_fails_twice'])
      expect((await gateway.charge(request(method, method))).outcome).to.equal('captured');
  });

  it('knows its methods', () => {
    for (const method of ['pm_ok', 'pm_declined', 'pm_timeout_before_capture', 'pm_timeout_after_capture'])
      expect(gateway.knows(method)).to.equal(true);
    expect(gateway.knows('pm_unheard_of')).to.equal(false);
    expect(gateway.knows(gateway.defaultMethod)).to.equal(true);
  });

  it('gives back once per key, and never more than it took', async () => {
    const { reference } = await gateway.charge(request('a'));
    const part = (key: string, minor: number) =>
      gateway.refund({ key, reference: reference ?? '', amount: money(minor, 'USD') });
    const twice = await Promise.all([part('r', 600), part('r', 600)]);
    expect(twice.map(({ outcome }) => outcome)).to.deep.equal(['refunded', 'refunded']);
    expect(await part('s', 400)).to.deep.equal({ outcome: 'refused', reason: 'more_than_charged' });
    expect((await part('t', 399)).outcome).to.equal('refunded');
    expect((await gateway.review(about('a'))).refundedMinor).to.equal(999);
    const stranger = await gateway.refund({ key: 'u', reference: 'sim_none', amount: money(1, 'USD') });
    expect(stranger.outcome).to.equal('refused');
  });

  it('never gives back more than it took, however many ask at once', async () => {
    const { reference } = await gateway.charge(request('a'));
    const asked = Array.from({ length: 10 }, (_, index) =>
      gateway.refund({ key: `r${index}`, reference: reference ?? '', amount: money(300, 'USD') }),
    );
    const given = (await Promise.all(asked)).filter(({ outcome }) => outcome === 'refunded');
    expect(given).to.have.length(3);
  });

  it('refuses to give back where the method says so', async () => {
    const { reference } = await gateway.charge(request('a', 'pm_refund_refused'));
    const answer = await gateway.refund({ key: 'r', reference: reference ?? '', amount: money(1, 'USD') });
    expect(answer).to.deep.equal({ outcome: 'refused', reason: 'charge_not_refundable' });
  });

  it('has a charge disputed where the method says so', async () => {
    await gateway.charge(request('a', 'pm_disputed'));
    const { disputes, found } = await gateway.review(about('a'));
    expect(found.outcome).to.equal('captured');
    expect(disputes.map(({ status, amountMinor }) => [status, amountMinor])).to.deep.equal([['open', 999]]);
  });
});

describe('a bad line to the simulated gateway', () => {
  it('is the same for the same seed', () => {
    const told = (seed: number): string => {
      const faults = seededFaults({ seed, lostEvents: 0.2, duplicates: 0.3, delays: 0.5, timeOuts: 0.3 });
      const arrivals = Array.from({ length: 50 }, (_, index) => faults.arrivals(`event ${index}`));
      return JSON.stringify([arrivals, Array.from({ length: 50 }, () => faults.call('charge'))]);
    };
    expect(told(1)).to.equal(told(1));
    expect(told(1)).to.not.equal(told(2));
  });

  it('loses, doubles and delays about as much as it is told to', () => {
    const faults = seededFaults({ seed: 7, lostEvents: 0.2, duplicates: 0.5, delays: 0.5, timeOuts: 0.3 });
    const arrivals = Array.from({ length: 1_000 }, (_, index) => faults.arrivals(`event ${index}`));
    expect(arrivals.filter(({ length }) => length === 0).length).to.be.within(150, 250);
    expect(arrivals.filter(({ length }) => length === 2).length).to.be.within(340, 460);
    expect(arrivals.flat().filter((delay) => delay > 0).length).to.be.within(500, 700);
    const calls = Array.from({ length: 1_000 }, () => faults.call('charge'));
    expect(calls.filter((call) => call === 'through').length).to.be.within(640, 760);
  });

  it('is good unless it is told otherwise', () => {
    expect(noFaults.arrivals('event')).to.deep.equal([0]);
    expect(noFaults.call('charge')).to.equal('through');
  });
});

describe('a gateway within bounds', () => {
  const hanging = <R>(): Promise<R> => new Promise<R>(() => undefined);
  const failing = <R>(): Promise<R> => Promise.reject<R>(new Error('the line is dead'));
  const gatewayOf = (answer: <R>() => Promise<R>): PaymentGateway => ({
    name: 'strange',
    defaultMethod: 'pm',
    defaultOffSession: true,
    knows: () => true,
    charge: answer,
    find: answer,
    abandon: answer,
    review: answer,
    refund: answer,
  });

  for (const [how, answer] of [
    ['hangs', hanging],
    ['fails', failing],
  ] as const)
    it(`is unknown when it ${how}, and the fault is told`, async () => {
      const faults: string[] = [];
      const bounded = boundedGateway(gatewayOf(answer), {
        timeoutMs: 10,
        onFault: (_, operation) => faults.push(operation),
      });
      expect((await bounded.charge(request('a'))).outcome).to.equal('unknown');
      expect((await bounded.find(about('a'))).outcome).to.equal('unknown');
      expect((await bounded.abandon(about('a'))).outcome).to.equal('unknown');
      expect((await bounded.review(about('a'))).found.outcome).to.equal('unknown');
      const refund = { key: 'r', reference: 'x', amount: money(1, 'USD') };
      expect((await bounded.refund(refund)).outcome).to.equal('unknown');
      expect(faults).to.deep.equal(['charge', 'find', 'abandon', 'review', 'refund']);
    });
});
