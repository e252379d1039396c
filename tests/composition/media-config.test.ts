import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigFault, parseConfig } from '../../adapters/composition/parse-config.ts';
import { JWK_IN_BASE64, PEM_IN_BASE64 } from '../fakes/media/fake-provider.ts';

const MUX = {
  MEDIA: 'mux',
  MUX_TOKEN_ID: '4b1f0c9e-token',
  MUX_TOKEN_SECRET: 'mF4Kp9xQ2vT7nL1rZ6cW3yB8jH5gD0sA2uE',
  MUX_WEBHOOK_SECRET: 'k8Vn2Qp5rT1yU6iO9aS3dF7gH4jL0zXc',
  MUX_SIGNING_KEY_ID: 'kid',
  MUX_SIGNING_PRIVATE_KEY: PEM_IN_BASE64,
} as const;

const CLOUDFLARE = {
  MEDIA: 'cloudflare',
  CLOUDFLARE_ACCOUNT_ID: '023e105f4ecef8ad9ca31a8372d0c353',
  CLOUDFLARE_API_TOKEN: 'Sy3lZJTBX6kkg7OdcBUAxOO963GEIyGQqnFTOFYY',
  CLOUDFLARE_WEBHOOK_SECRET: '85011ed3a913c6ad5f9cf6c5573cc0a7',
  CLOUDFLARE_CUSTOMER_CODE: 'f33zs165nr7gyfy4',
  CLOUDFLARE_SIGNING_KEY_ID: 'kid',
  CLOUDFLARE_SIGNING_KEY: JWK_IN_BASE64,
} as const;

const PRODUCTION = {
  NODE_ENV: 'production',
  SERVER_SECRET: 'b8F2kQ9vT4nL7xR1mZ6cW3yP0jH5gD8sA2uE',
  MEDIA_SECRET: 'Q1w8Er5tY2uI9oP3aS6dF0gH4jK7lZxCvBnM',
  SIGNING_KEY: '-----BEGIN PRIVATE KEY-----',
  PAYMENTS: 'stripe',
  STRIPE_SECRET_KEY: 'sk_live_9fJ2mQ7xL0vB4nR8tY1cZ6wE3aS5dG',
  STRIPE_WEBHOOK_SECRET: 'whsec_K3vN8pQ1rT6yU0iO5aS9dF2gH7jL4zXc',
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

const namesOf = (variables: Record<string, string | undefined>): readonly string[] =>
  faultsOf(variables).map((fault) => fault.split(':')[0] ?? '');

describe('MEDIA', () => {
  it('is local when nothing is said, and then needs nothing', () => {
    expect(parseConfig({})).to.include({ media: 'local', mediaProvider: null });
    expect(namesOf({ MEDIA: 'tape' })).to.deep.equal(['MEDIA']);
  });

  for (const [name, variables] of [
    ['mux', MUX],
    ['cloudflare', CLOUDFLARE],
  ] as const) {
    it(`=${name} names everything that it misses, at once, on a desk too`, () => {
      const needed = Object.keys(variables).filter((each) => each !== 'MEDIA');
      expect([...namesOf({ MEDIA: name })].sort()).to.deep.equal([...needed].sort());
      for (const missing of needed)
        expect(namesOf({ ...variables, [missing]: undefined })).to.deep.equal([missing]);
    });

    it(`=${name} lets production start`, () => {
      expect(faultsOf({ ...PRODUCTION, ...variables })).to.deep.equal([]);
    });
  }

  it('reaches the providers at their own addresses', () => {
    expect(parseConfig(MUX).mediaProvider).to.deep.include({
      ...{ name: 'mux', tokenId: MUX.MUX_TOKEN_ID, tokenSecret: MUX.MUX_TOKEN_SECRET },
      webhookSecrets: [MUX.MUX_WEBHOOK_SECRET],
      apiBase: 'https://api.mux.com',
      streamBase: 'https://stream.mux.com',
    });
    expect(parseConfig(CLOUDFLARE).mediaProvider).to.deep.include({
      ...{ name: 'cloudflare', accountId: CLOUDFLARE.CLOUDFLARE_ACCOUNT_ID },
      apiBase: 'https://api.cloudflare.com/client/v4',
      streamBase: 'https://customer-f33zs165nr7gyfy4.cloudflarestream.com',
    });
  });

  it('refuses a key that is none, and a code that is none, without telling them', () => {
    for (const key of ['nonsense', Buffer.from('-----BEGIN PRIVATE KEY-----').toString('base64')]) {
      const faults = [
        ...faultsOf({ ...MUX, MUX_SIGNING_PRIVATE_KEY: key }),
        ...faultsOf({ ...CLOUDFLARE, CLOUDFLARE_SIGNING_KEY: key }),
      ];
      expect(faults).to.deep.equal([
        'MUX_SIGNING_PRIVATE_KEY: is no RSA key of 2048 bits in base64',
        'CLOUDFLARE_SIGNING_KEY: is no RSA key of 2048 bits in base64',
      ]);
    }
    expect(namesOf({ ...CLOUDFLARE, CLOUDFLARE_CUSTOMER_CODE: 'a.example.net/x' })).to.deep.equal([
      'CLOUDFLARE_CUSTOMER_CODE',
    ]);
  });

  it('takes the webhook secret before, while rotating, and secrets from files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'usher-media-'));
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), `${text}\n`);
      return join(folder, name);
    };
    const { mediaProvider } = parseConfig({
      ...MUX,
      MUX_WEBHOOK_SECRET: undefined,
      MUX_SIGNING_PRIVATE_KEY: undefined,
      MUX_WEBHOOK_SECRET_FILE: await file('new', 'the new one'),
      MUX_WEBHOOK_SECRET_PREVIOUS: 'the old one',
      MUX_SIGNING_PRIVATE_KEY_FILE: await file('key', PEM_IN_BASE64),
    });
    expect(mediaProvider?.webhookSecrets).to.deep.equal(['the new one', 'the old one']);
    await rm(folder, { recursive: true });
  });

  it('sends tokens to nobody but the provider in production, and viewers over https', () => {
    const bases = { MUX_API_BASE: 'http://127.0.0.1:9', MUX_STREAM_BASE: 'http://127.0.0.1:9' };
    expect(faultsOf({ ...PRODUCTION, ...MUX, ...bases })).to.deep.equal([
      'MUX_API_BASE: only https://api.mux.com in production',
      'MUX_STREAM_BASE: only https in production',
    ]);
    expect(faultsOf({ ...MUX, ...bases })).to.deep.equal([]);
    const own = { MUX_API_BASE: 'https://api.mux.com/', MUX_STREAM_BASE: 'https://media.example.com' };
    expect(faultsOf({ ...PRODUCTION, ...MUX, ...own })).to.deep.equal([]);
    const elsewhere = { CLOUDFLARE_API_BASE: 'https://api.cloudflare.com.example.net/client/v4' };
    expect(faultsOf({ ...PRODUCTION, ...CLOUDFLARE, ...elsewhere })).to.deep.equal([
      'CLOUDFLARE_API_BASE: only https://api.cloudflare.com/client/v4 in production',
    ]);
  });

  it('refuses short and equal secrets in production', () => {
    expect(faultsOf({ ...PRODUCTION, ...MUX, MUX_WEBHOOK_SECRET: 'short' })).to.deep.equal([
      'MUX_WEBHOOK_SECRET: is shorter than 32 bytes',
    ]);
    const equal = { MUX_WEBHOOK_SECRET_PREVIOUS: MUX.MUX_WEBHOOK_SECRET };
    expect(faultsOf({ ...PRODUCTION, ...MUX, ...equal })).to.deep.equal([
      'MUX_WEBHOOK_SECRET, MUX_WEBHOOK_SECRET_PREVIOUS: are equal',
    ]);
  });
});
