import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pino } from 'pino';
import { LOGGER } from '../../adapters/composition/keys.ts';
import { instead } from '../../adapters/composition/override.ts';
import { parseConfig } from '../../adapters/composition/parse-config.ts';
import { composeUsher } from '../../adapters/composition/usher.ts';

describe('a database whose clock was turned', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'usher-turned-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  /** Starts the product, does something with it, and stops it; what it logged. */
  async function run(clock: 'virtual' | 'system', turn?: string): Promise<string> {
    let logged = '';
    const logger = pino({ level: 'warn' }, { write: (line: string) => (logged += line) });
    const config = parseConfig({
      ...{ DATA_DIR: dataDir, CLOCK: clock, RUN_JOBS: 'false', SEED: 'none', PACKAGING: 'off' },
    });
    const usher = await composeUsher(config, instead(LOGGER, logger));
    await usher.start();
    if (turn !== undefined) await usher.faces.operations.advanceClock(turn);
    await usher.close();
    return logged;
  }

  it('is told of at the start, once it runs with the clock of the system', async () => {
    expect(await run('system')).to.equal('');
    expect(await run('virtual', 'P40D')).to.equal('');
    expect(await run('virtual')).to.equal('');
    expect(JSON.parse(await run('system'))).to.include({ aheadDays: 40 });
  });
});
