import type { Config } from './composition/config.ts';
import { ConfigFault, parseConfig } from './composition/parse-config.ts';
import { createAdmin } from './commands/admin.ts';
import { migrateOnly } from './commands/migrate.ts';
import { seed } from './commands/seed.ts';
import { serve, work } from './commands/serve.ts';

/** The process: `serve`, `worker`, `migrate`, `seed`, `admin create <email>`. */
const COMMANDS: Readonly<Record<string, (config: Config, args: readonly string[]) => Promise<void>>> = {
  serve,
  worker: work,
  migrate: migrateOnly,
  seed,
  admin: createAdmin,
};

/** A configuration that cannot be used, as sysexits.h has it. */
const EX_CONFIG = 78;

// Mails with codes, the database, keys and pictures: what this process writes is its owner's alone.
process.umask(0o077);

async function main([name = 'serve', ...args]: readonly string[]): Promise<void> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    process.stderr.write(`There is no command "${name}". There are: ${Object.keys(COMMANDS).join(', ')}.\n`);
    process.exitCode = 2;
    return;
  }
  try {
    await command(parseConfig(process.env), args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof ConfigFault ? EX_CONFIG : 1;
  }
}

await main(process.argv.slice(2));
