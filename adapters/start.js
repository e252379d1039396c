import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';

// The first file of the process, and plain JavaScript: a Node that cannot read TypeScript reads this, and
// can say what is wrong instead of failing at the first `.ts`. The numbers are those of package.json's engines.
const OLDEST = [22, 18];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  process.stderr.write(
    `Usher needs Node ${OLDEST.join('.')} or newer; this is ${process.versions.node}.\n` +
      'The right one comes with `npm ci` (development dependencies and install scripts included): ' +
      'start with `npm start`, which finds it by itself.\n',
  );
  process.exitCode = 1;
} else {
  if (existsSync('.env')) process.loadEnvFile('.env');
  // Under load V8 takes what waits for the database for long-lived, allocates its like among the old from then on,
  // and keeps everything that such a dead object points to: a quarter of all garbage, and a fifth of the CPU.
  setFlagsFromString('--no-allocation-site-pretenuring');
  // Collects the old when it has grown by so much, instead of letting it become four times what is alive.
  setFlagsFromString('--heap-growing-percent=50');
  // Compiled once per version of a file, in the temp folder: starting takes half the time, and less memory.
  enableCompileCache();
  import('./main.ts');
}
