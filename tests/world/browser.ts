import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { access, mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import puppeteer, { type Browser } from 'puppeteer-core';

/**
 * A real browser. The Chromium of `CHROMIUM_PATH`, else that which `npm ci` brings: its binary is inside the package,
 * compressed, and plays H.264 and AAC.
 */
export interface RealBrowser {
  readonly browser: Browser;
  /** Ends it, and leaves nothing behind. */
  close(): Promise<void>;
}

const run = promisify(execFile);

/** As root, as on most build machines, Chromium starts without its sandbox only; what it opens is ours. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
] as const;

export async function openBrowser(): Promise<RealBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-browser-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  // Interrupted tests close nothing.
  process.once('exit', remove);
  try {
    const given = process.env['CHROMIUM_PATH'];
    const executablePath = given ?? (await unpacked(folder));
    const browser = await puppeteer.launch({
      executablePath,
      headless: 'shell',
      // It ends with the process that holds the other end, however that ends.
      pipe: true,
      userDataDir: join(folder, 'profile'),
      args: [...FLAGS],
      env: { ...process.env, HOME: folder, ...(given === undefined ? await besides(folder) : {}) },
    });
    return {
      browser,
      close: async () => {
        await browser.close();
        process.off('exit', remove);
        remove();
      },
    };
  } catch (error) {
    process.off('exit', remove);
    remove();
    throw error;
  }
}

/**
 * The package unpacks to fixed names in the temporary folder, whoever's they are there. A process of its own is given
 * this folder as its temporary one.
 */
async function unpacked(folder: string): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('the Chromium of npm is for Linux on x64: name another one by CHROMIUM_PATH');
  const address = pathToFileURL(createRequire(import.meta.url).resolve('@sparticuz/chromium')).href;
  const code = `import chromium from '${address}'; process.stdout.write(await chromium.executablePath());`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: LIBRARIES_TOO },
  });
  return stdout;
}

/** Where the package believes itself in want of them, it unpacks the libraries that it was built with. */
const LIBRARIES_TOO = 'AWS_Lambda_nodejs24.x';

/** What a clean machine has not: fonts, and the libraries of NSS. The package's own list of fonts names a fixed place. */
async function besides(folder: string): Promise<NodeJS.ProcessEnv> {
  const [fonts, libraries] = [join(folder, 'fonts'), join(folder, 'al2023', 'lib')];
  await Promise.all([access(fonts), access(libraries)]);
  const list = join(folder, 'fonts.conf');
  const places = `<dir>${fonts}</dir><cachedir>${join(folder, 'font-cache')}</cachedir>`;
  await writeFile(list, `<?xml version="1.0"?><fontconfig>${places}</fontconfig>`);
  return { FONTCONFIG_FILE: list, LD_LIBRARY_PATH: libraries };
}
