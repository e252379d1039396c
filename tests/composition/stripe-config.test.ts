import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigFault, parseConfig } from '../../adapters/composition/parse-config.ts';

const KEY = 'sk_live_9fJ2mQ7xL0vB4nR8tY1cZ6wE3aS5dG';
const SECRET = 'whsec_K3vN8pQ1rT6yU0iO5aS9dF2gH7jL4zXc';
const STRIPE = { PAYMENTS: 'stripe', STRIPE_SECRET_KEY: KEY, STRIPE_WEBHOOK_SECRET: SECRET } as const;
const PRODUCTION = {
  NODE_ENV: 'production',
  SERVER_SECRET: 'b8F2kQ9vT4nL7xR1mZ6cW3yP0jH5gD8sA2uE',
  MEDIA_SECRET: 'Q1w8Er5tY2uI9oP3aS6dF0gH4jK7lZxCvBnM',
  SIGNING_KEY: '-----BEGIN PRIVATE KEY-----',
} as const;

function faultsOf(variables: Record<string, string | undefined>): readonly string[] {
  try {
    parseConfig(variables);
    return [];
  } catch (error) {
    if (error instanceof ConfigFault) return error.faults;
    throw error;
  }
}

describe('PAYMENTS=stripe', () => {
  it('lets production start', () => {
    expect(faultsOf({ ...PRODUCTION, ...STRIPE })).to.deep.equal([]);
    const { payments, stripe } = parseConfig({ ...PRODUCTION, ...STRIPE });
    expect(payments).to.equal('stripe');
    expect(stripe).to.deep.equal({ secretKey: KEY, webhookSecrets: [SECRET], apiBase: null });
  });

  it('needs its key and the signing secret, on a desk too', () => {
    expect(faultsOf({ PAYMENTS: 'stripe' }).map((fault) => fault.split(':')[0])).to.deep.equal([
      'STRIPE_SECRET_KEY',
      'STRIPE_WEBHOOK_SECRET',
    ]);
  });

  it('refuses a key that is public or none, without telling it', () => {
    for (const key of ['pk_live_9fJ2mQ7xL0vB4nR8tY1cZ6wE3aS5dG', 'nonsense']) {
      const faults = faultsOf({ ...STRIPE, STRIPE_SECRET_KEY: key });
      expect(faults).to.deep.equal(['STRIPE_SECRET_KEY: is no secret key of Stripe']);
      expect(faults.join()).to.not.include(key);
    }
  });

  it('takes the signing secret before, while rotating, and all of them from files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'usher-stripe-'));
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), `${text}\n`);
      return join(folder, name);
    };
    const config = parseConfig({
      PAYMENTS: 'stripe',
      STRIPE_SECRET_KEY_FILE: await file('key', KEY),
      STRIPE_WEBHOOK_SECRET_FILE: await file('new', SECRET),
      STRIPE_WEBHOOK_SECRET_PREVIOUS_FILE: await file('old', 'whsec_before'),
    });
    expect(config.stripe).to.deep.include({ secretKey: KEY, webhookSecrets: [SECRET, 'whsec_before'] });
    await rm(folder, { recursive: true });
  });

  it('sends the key to nobody but Stripe in production', () => {
    const at = (base: string): readonly string[] =>
      faultsOf({ ...PRODUCTION, ...STRIPE, STRIPE_API_BASE: base });
    expect(at('https://api.stripe.com')).to.deep.equal([]);
    for (const base of ['http://api.stripe.com', 'https://api.stripe.com.example.net', 'http://127.0.0.1:9'])
      expect(at(base)).to.deep.equal(['STRIPE_API_BASE: only https://api.stripe.com in production']);
    expect(parseConfig({ ...STRIPE, STRIPE_API_BASE: 'http://127.0.0.1:9' }).stripe?.apiBase).to.equal(
      'http://127.0.0.1:9',
    );
  });

  it('refuses short, equal and repeated secrets in production', () => {
    const short = faultsOf({ ...PRODUCTION, ...STRIPE, STRIPE_WEBHOOK_SECRET: 'whsec_short' });
    expect(short).to.deep.equal(['STRIPE_WEBHOOK_SECRET: is shorter than 32 bytes']);
    const equal = faultsOf({ ...PRODUCTION, ...STRIPE, STRIPE_WEBHOOK_SECRET_PREVIOUS: SECRET });
    expect(equal).to.deep.equal(['STRIPE_WEBHOOK_SECRET, STRIPE_WEBHOOK_SECRET_PREVIOUS: are equal']);
  });
});
