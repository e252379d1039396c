import { expect } from 'chai';
import { boundedGateway } from '../../adapters/payments/bounded-gateway.ts';
import { simulatedGateway } from '../../adapters/payments/simulated-gateway.ts';
import type { ChargeRequest, PaymentGateway } from '../../src/billing/index.ts';
import { money } from '../../src/kernel/money.ts';
import { randomIds } from '../world/billing.ts';
import { onEveryStore } from '../world/stores.ts';
import { NOW } from '../world/subscriptions.ts';

const request = (key: string, method = 'pm_ok'): ChargeRequest => ({
  key,
  method,
  amount: money(999, 'USD'),
  description: 'Standard',
  accountId: 'payer',
});

onEveryStore('the simulated gateway', (open) => {
  let gateway: PaymentGateway;
  beforeEach(async () => {
    const unitOfWork = await open();
    gateway = simulatedGateway({ unitOfWork, clock: { now: () => NOW }, ids: randomIds });
  });

  it('captures once per key, however often it is asked at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => gateway.charge(request('a'))));
    expect(new Set(answers.map(({ reference }) => reference)).size).to.equal(1);
    expect(answers[0]?.outcome).to.equal('captured');
    expect(await gateway.find('a')).to.deep.equal(answers[0]);
  });

  it('knows nothing of a key that never came', async () => {
    expect(await gateway.find('a')).to.deep.equal({ outcome: 'absent' });
  });

  it('declines, and says so again', async () => {
    const answer = await gateway.charge(request('a', 'pm_declined'));
    expect(answer).to.include({ outcome: 'declined', reason: 'card_declined' });
    expect(await gateway.find('a')).to.deep.equal(answer);
  });

  it('loses its answer before the capture', async () => {
    expect((await gateway.charge(request('a', 'pm_timeout_before_capture'))).outcome).to.equal('unknown');
    expect((await gateway.find('a')).outcome).to.equal('absent');
  });

  it('loses its answer after the capture', async () => {
    const lost = request('a', 'pm_timeout_after_capture');
    expect((await gateway.charge(lost)).outcome).to.equal('unknown');
    expect((await gateway.find('a')).outcome).to.equal('captured');
    expect((await gateway.charge(lost)).outcome).to.equal('captured');
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
});

describe('a gateway within bounds', () => {
  const hanging = <R>(): Promise<R> => new Promise<R>(() => undefined);
  const failing = <R>(): Promise<R> => Promise.reject<R>(new Error('the line is dead'));
  const gatewayOf = (answer: <R>() => Promise<R>): PaymentGateway => ({
    name: 'strange',
    defaultMethod: 'pm',
    knows: () => true,
    charge: answer,
    find: answer,
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
      expect((await bounded.find('a')).outcome).to.equal('unknown');
      const refund = { key: 'r', reference: 'x', amount: money(1, 'USD') };
      expect((await bounded.refund(refund)).outcome).to.equal('unknown');
      expect(faults).to.deep.equal(['charge', 'find', 'refund']);
    });
});
