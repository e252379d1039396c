import { resolve } from 'node:path';
import { expect } from 'chai';
import { ConfigFault, parseConfig } from '../../adapters/composition/parse-config.ts';
import { faultsOf, KEY_A, KEY_B, namesOf, type Variables } from './config-faults.ts';

const PEM = '-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----';

const PRODUCTION: Variables = {
  NODE_ENV: 'production',
  SERVER_SECRET: KEY_A,
  MEDIA_SECRET: KEY_B,
  SIGNING_KEY: PEM,
};

describe('the configuration on a desk', () => {
  it('needs nothing', () => {
    expect(parseConfig({})).to.deep.include({
      production: false,
      profile: 'sqlite',
      dataDir: resolve('./data'),
      databaseUrl: null,
      runJobs: true,
      clock: 'system',
      emailVerification: 'optional',
      seed: 'demo',
      streamLimitPolicy: 'reject_newest',
      logLevel: 'info',
      secrets: { server: null, media: null, simulatedWebhooks: null, signing: null },
    });
    expect(parseConfig({}).http).to.deep.equal({
      port: 3000,
      host: '127.0.0.1',
      maxConnections: 10_000,
      publicUrl: null,
      corsOrigins: [],
      trustProxy: [],
      metricsToken: null,
    });
    expect(parseConfig({}).rateLimits).to.deep.equal({
      enabled: true,
      anonymousPerMinute: 60,
      accountPerMinute: 300,
      registerPerMinute: 30,
      loginFailuresPerMinute: 20,
    });
  });

  it('takes an empty variable for an absent one', () => {
    expect(parseConfig({ PORT: '', DATABASE_URL: '', PROFILE: '' })).to.deep.equal(parseConfig({}));
  });

  const profiles: readonly (readonly [Variables, string])[] = [
    [{}, 'sqlite'],
    [{ DATABASE_URL: 'postgres://u:p@db/usher' }, 'postgres'],
    [{ DATABASE_URL: 'postgresql://u:p@db/usher' }, 'postgres'],
    [{ PROFILE: 'memory' }, 'memory'],
    [{ PROFILE: 'sqlite', DATABASE_URL: 'postgres://u:p@db/usher' }, 'sqlite'],
  ];
  for (const [variables, profile] of profiles) {
    it(`chooses ${profile} from ${JSON.stringify(variables)}`, () => {
      expect(parseConfig(variables).profile).to.equal(profile);
    });
  }

  it('reads lists, flags and a public address without its last slash', () => {
    const { http, runJobs } = parseConfig({
      CORS_ORIGINS: 'https://a.example, https://b.example,',
      TRUST_PROXY: '10.0.0.1',
      PUBLIC_URL: 'https://usher.example/',
      RUN_JOBS: 'false',
    });
    expect(http.corsOrigins).to.deep.equal(['https://a.example', 'https://b.example']);
    expect(http.trustProxy).to.deep.equal(['10.0.0.1']);
    expect(http.publicUrl).to.equal('https://usher.example');
    expect(runJobs).to.equal(false);
  });

  it('puts the current key before the previous one', () => {
    const { secrets } = parseConfig({
      SERVER_SECRET: 'new',
      SERVER_SECRET_PREVIOUS: 'old',
      SIGNING_KEY: PEM,
      SIMULATED_WEBHOOK_SECRET: 'later',
      SIMULATED_WEBHOOK_SECRET_PREVIOUS: 'earlier',
    });
    expect(secrets).to.deep.equal({
      server: ['new', 'old'],
      media: null,
      signing: [PEM],
      simulatedWebhooks: ['later', 'earlier'],
    });
  });
});

describe('a configuration that cannot be used', () => {
  const wrong: readonly (readonly [name: string, value: string])[] = [
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['MAX_CONNECTIONS', '0'],
    ['PUBLIC_URL', 'usher'],
    ['DATABASE_URL', 'mysql://u:p@db/usher'],
    ['DATABASE_POOL', '0'],
    ['PROFILE', 'oracle'],
    ['RUN_JOBS', 'yes'],
    ['CLOCK', 'broken'],
    ['EMAIL_VERIFICATION', 'maybe'],
    ['RATE_LIMITS', 'none'],
    ['RATE_LIMIT_ANONYMOUS', '0'],
    ['RATE_LIMIT_ACCOUNT', '1.5'],
    ['SEED', 'everything'],
    ['STREAM_LIMIT_POLICY', 'evict_all'],
    ['LOG_LEVEL', 'loud'],
  ];
  for (const [name, value] of wrong) {
    it(`names ${name} for ${value}`, () => {
      expect(namesOf({ [name]: value })).to.deep.equal([name]);
    });
  }

  it('needs an address for Postgres', () => {
    expect(namesOf({ PROFILE: 'postgres' })).to.deep.equal(['DATABASE_URL']);
  });

  it('is told all faults at once', () => {
    expect(namesOf({ PORT: 'x', CLOCK: 'y', LOG_LEVEL: 'z' })).to.have.members([
      'PORT',
      'CLOCK',
      'LOG_LEVEL',
    ]);
  });

  it('says faults by name, one a line', () => {
    const message = new ConfigFault(['PORT: is wrong', 'CLOCK: is wrong']).message;
    expect(message.split('\n').slice(1)).to.deep.equal(['  - PORT: is wrong', '  - CLOCK: is wrong']);
  });
});

describe('the configuration in production', () => {
  /** None of them chooses a gateway, and the simulated one is refused. */
  const REMAINING = ['PAYMENTS'];

  it('asks for a real payment gateway, and for nothing else when the keys are good', () => {
    expect(namesOf(PRODUCTION)).to.deep.equal(REMAINING);
  });

  const refused: readonly (readonly [why: string, changes: Variables, names: readonly string[]])[] = [
    ['a missing server secret', { SERVER_SECRET: undefined }, ['SERVER_SECRET']],
    ['a missing media secret', { MEDIA_SECRET: undefined }, ['MEDIA_SECRET']],
    ['a missing signing key', { SIGNING_KEY: undefined }, ['SIGNING_KEY']],
    ['a short secret', { SERVER_SECRET: KEY_A.slice(0, 31) }, ['SERVER_SECRET']],
    ['a sample secret', { MEDIA_SECRET: 'please-change-me-1234567890-abcdefgh' }, ['MEDIA_SECRET']],
    ['a monotonous secret', { MEDIA_SECRET: 'ab'.repeat(20) }, ['MEDIA_SECRET']],
    ['equal secrets', { MEDIA_SECRET: KEY_A }, ['SERVER_SECRET, MEDIA_SECRET']],
    ['a virtual clock', { CLOCK: 'virtual' }, ['CLOCK']],
    ['stores that forget', { PROFILE: 'memory' }, ['PROFILE']],
    ['no rate limits', { RATE_LIMITS: 'off' }, ['RATE_LIMITS']],
    ['every origin', { CORS_ORIGINS: 'https://a.example,*' }, ['CORS_ORIGINS']],
    ['simulated payments by name', { PAYMENTS: 'simulated' }, []],
    ['a short previous secret', { SERVER_SECRET_PREVIOUS: 'short' }, ['SERVER_SECRET_PREVIOUS']],
    ['a sample previous secret', { MEDIA_SECRET_PREVIOUS: `${KEY_A}example` }, ['MEDIA_SECRET_PREVIOUS']],
  ];
  for (const [why, changes, names] of refused) {
    it(`refuses ${why}`, () => {
      expect(namesOf({ ...PRODUCTION, ...changes })).to.have.members([...names, ...REMAINING]);
    });
  }

  it('names everything at once and shows no value', () => {
    const values = {
      SERVER_SECRET: 'short-7b1',
      MEDIA_SECRET: 'short-9c2',
      CORS_ORIGINS: '*',
      CLOCK: 'virtual',
    };
    const faults = faultsOf({ ...PRODUCTION, ...values, SIGNING_KEY: undefined });
    expect(faults).to.have.length(6);
    for (const value of ['short-7b1', 'short-9c2']) expect(faults.join('\n')).to.not.include(value);
  });

  it('shows no value of a database that cannot be parsed', () => {
    const faults = faultsOf({ ...PRODUCTION, DATABASE_URL: 'mysql://root:hunter2@db/usher' });
    expect(faults.join('\n')).to.include('DATABASE_URL').and.not.include('hunter2');
  });

  it('seeds nothing unless told', () => {
    const desk = { ...PRODUCTION, NODE_ENV: 'staging' };
    expect(parseConfig(desk).seed).to.equal('demo');
    expect(parseConfig({ ...desk, SEED: 'none' }).seed).to.equal('none');
  });
});
