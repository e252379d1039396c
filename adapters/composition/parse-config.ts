import { configOf, type Config } from './config.ts';
import { Environment, withSecretFiles, type Variables } from './environment.ts';
import { mediaFaults } from './media-config.ts';
import { productionFaults } from './production-faults.ts';
import { stripeFaults } from './stripe-config.ts';

/** The environment, parsed once. Every fault is listed at once, by name and never by value. */
export class ConfigFault extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigFault';
    this.faults = faults;
  }
}

/** Reads the variables; `X_FILE` stands for a file that holds `X`, where `X` is a secret. */
export function parseConfig(variables: Variables): Config {
  const { given, faults: fileFaults } = withSecretFiles(variables);
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigFault([...fileFaults, ...issues]);
  }
  const config = configOf(parsed.data);
  const faults = [
    ...fileFaults,
    ...profileFaults(config),
    ...stripeFaults(parsed.data),
    ...mediaFaults(parsed.data),
    ...(config.production ? productionFaults(config, parsed.data) : []),
  ];
  if (faults.length > 0) throw new ConfigFault(faults);
  return config;
}

const profileFaults = ({ profile, databaseUrl }: Config): string[] =>
  profile === 'postgres' && databaseUrl === null ? ['DATABASE_URL: the profile postgres needs one'] : [];
