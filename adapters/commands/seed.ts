import { besideServer, type Config } from '../composition/config.ts';
import { seedDemo } from '../composition/demo.ts';
import { composeUsher } from '../composition/usher.ts';

/** Puts the demo plans and titles in place; what is there already stays as it is. */
export async function seed(config: Config): Promise<void> {
  const usher = await composeUsher(besideServer(config));
  try {
    await usher.start();
    await seedDemo(usher);
  } finally {
    await usher.close();
  }
  process.stdout.write('The demo catalogue is in place.\n');
}
