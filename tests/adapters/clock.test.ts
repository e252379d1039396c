import { expect } from 'chai';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import { VirtualClock } from '../../adapters/clock/virtual-clock.ts';
import { after, HOUR, instant } from '../../src/kernel/instant.ts';
import { eventually } from '../world/eventually.ts';
import { onEveryStore } from '../world/stores.ts';

onEveryStore('the virtual clock', (open) => {
  it('starts at the base’s time and runs on with it', async () => {
    let now = instant(1_000);
    const clock = new VirtualClock({
      unitOfWork: await open(),
      base: { now: () => now },
      onError: () => undefined,
    });
    expect(clock.now()).to.equal(1_000);
    await clock.moveTo(instant(5_000));
    now = instant(1_200);
    expect(clock.now()).to.equal(5_200);
  });

  it('never goes back', async () => {
    const clock = new VirtualClock({ unitOfWork: await open(), base: systemClock, onError: () => undefined });
    const future = after(systemClock.now(), HOUR);
    await clock.moveTo(future);
    await clock.moveTo(systemClock.now());
    expect(clock.now()).to.be.at.least(future);
  });

  it('takes up within a second what another process did', async () => {
    const unitOfWork = await open();
    const [one, other] = [0, 1].map(
      () => new VirtualClock({ unitOfWork, base: systemClock, onError: () => undefined }),
    );
    if (!one || !other) throw new Error('there are two');
    await other.start();
    try {
      const future = after(systemClock.now(), HOUR);
      await one.moveTo(future);
      await eventually('the other has moved', () => other.now() >= future, 2_000);
    } finally {
      other.stop();
    }
  });
});
