import { expect } from 'chai';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { accessTokens } from '../../adapters/security/access-tokens.ts';
import { loadOrMake } from '../../adapters/security/key-files.ts';
import { argon2Passwords, turnstile } from '../../adapters/security/passwords.ts';
import { newServerKey, refreshTokens, serverKeysIn, serverSecrets } from '../../adapters/security/secrets.ts';
import {
  ephemeralSigningKeys,
  newSigningKey,
  signingKeys,
  signingKeysIn,
} from '../../adapters/security/signing-keys.ts';
import { filePictures, memoryPictures } from '../../adapters/media/pictures.ts';
import type { PictureStore } from '../../src/identity/index.ts';
import { refusalOf } from '../world/identity.ts';

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-security-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const rejection = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => String(error),
  );

describe('password hashes', () => {
  const passwords = argon2Passwords();
  it('are argon2id with the parameters of the rules, and differ for one password', async () => {
    const [first, second] = await Promise.all([
      passwords.hash('one password'),
      passwords.hash('one password'),
    ]);
    expect(first).to.match(/^\$argon2id\$v=19\$m=47104,t=1,p=1\$/);
    expect(first).to.not.equal(second);
    expect(await passwords.verify('one password', first)).to.equal('right');
    expect(await passwords.verify('another', first)).to.equal('wrong');
  });

  it('of other parameters are right, and asked to be made anew', async () => {
    const { hash } = await import('@node-rs/argon2');
    const older = await hash('one password', { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    expect(await passwords.verify('one password', older)).to.equal('right-outdated');
  });

  it('of nobody are wrong', async () => {
    expect(await passwords.verify('', null)).to.equal('wrong');
    expect(await passwords.verify('', '')).to.equal('wrong');
  });

  it('wait in a line that is bounded, and at most so many are computed at once', async () => {
    const inTurn = turnstile(2, 3);
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
    };
    const answers = await Promise.all(Array.from({ length: 8 }, () => refusalOf(inTurn(work))));
    expect(answers.filter((answer) => answer === 'accepted')).to.have.length(5);
    expect(answers.filter((answer) => answer === 'service.busy')).to.have.length(3);
    expect(most).to.equal(2);
    const failing = inTurn(async () => {
      throw new Error('no hash');
    });
    expect(await rejection(failing)).to.equal('Error: no hash');
    expect(await refusalOf(inTurn(work)), 'a failure gives its place back').to.equal('accepted');
  });
});

describe('access tokens', () => {
  const options = { issuer: 'https://usher.example', audience: 'usher' };
  const claim = { accountId: 'account', sessionId: 'session', tokenVersion: 7 };

  it('are signed by ES256, typed, named by their key, and last ten minutes', async () => {
    const keys = await ephemeralSigningKeys();
    const { token, expiresInSeconds } = await accessTokens(keys, options).issue(claim);
    expect(decodeProtectedHeader(token)).to.deep.equal({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: keys.current.kid,
    });
    const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [...keys.jwks.keys] }), options);
    expect(payload).to.include({ iss: options.issuer, aud: 'usher', sub: 'account', sid: 'session', tv: 7 });
    expect(payload).to.have.all.keys('iss', 'aud', 'sub', 'exp', 'iat', 'jti', 'sid', 'tv');
    expect((payload.exp ?? 0) - (payload.iat ?? 0))
      .to.equal(expiresInSeconds)
      .and.to.equal(600);
    const other = await accessTokens(keys, options).issue(claim);
    expect(decodeJwt(other.token).jti).to.not.equal(payload.jti);
  });

  it('of the previous key verify, and the new one signs', async () => {
    const [old, fresh] = [newSigningKey(), newSigningKey()];
    const before = await signingKeys([old]);
    const after = await signingKeys([fresh, old]);
    const { token } = await accessTokens(before, options).issue(claim);
    await jwtVerify(token, createLocalJWKSet({ keys: [...after.jwks.keys] }), options);
    expect(after.current.kid).to.not.equal(before.current.kid);
    expect(after.publicKey(before.current.kid)).to.match(/^-----BEGIN PUBLIC KEY-----/);
    expect(after.publicKey('another')).to.equal(undefined);
    expect(JSON.stringify(after.jwks)).to.not.include('"d"');
  });

  it('are not signed by a key of another kind', async () => {
    const kinds = [
      generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
      generateKeyPairSync('ed25519').privateKey,
    ];
    for (const kind of kinds) {
      const pem = kind.export({ type: 'pkcs8', format: 'pem' }).toString();
      expect(await rejection(signingKeys([pem]))).to.match(/not an EC private key on P-256/);
    }
  });
});

describe('keys in the data folder', () => {
  it('are made once, also by many at once, readable by their owner alone, and found again', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'keys', 'secret');
      const made = await Promise.all(Array.from({ length: 9 }, () => loadOrMake(path, newServerKey)));
      expect(new Set(made).size).to.equal(1);
      expect((await stat(path)).mode & 0o777).to.equal(0o600);
      expect(await readdir(join(folder, 'keys'))).to.deep.equal(['secret']);
      expect(await loadOrMake(path, newServerKey)).to.equal(made[0]);
    }));

  it('are rotated by renaming', () =>
    inFolder(async (folder) => {
      const before = await signingKeysIn(folder);
      const path = join(folder, 'keys', 'signing-key');
      await rename(`${path}.pem`, `${path}.previous.pem`);
      const after = await signingKeysIn(folder);
      expect(after.current.kid).to.not.equal(before.current.kid);
      expect(after.publicKey(before.current.kid)).to.equal(before.current.publicPem);
      const [secret] = await serverKeysIn(folder);
      await writeFile(join(folder, 'keys', 'server-secret.previous'), 'an older one');
      expect(await serverKeysIn(folder)).to.deep.equal([secret, 'an older one']);
    }));
});

describe('what is derived from the server’s key', () => {
  const [old, fresh] = [newServerKey(), newServerKey()];

  it('is a code of six digits for each id, checked under any accepted key', () => {
    const before = serverSecrets([old]);
    const after = serverSecrets([fresh, old]);
    const [code] = before.codesOf('id');
    expect(code).to.match(/^\d{6}$/);
    expect(after.codesOf('id')).to.include(code).and.to.have.length(2);
    const digest = before.digestOfCode('id', code);
    expect(after.codeMatches('id', code, digest)).to.equal(true);
    expect(after.codeMatches('another id', code, digest)).to.equal(false);
    expect(after.codeMatches('id', `${code}0`, digest)).to.equal(false);
    expect(serverSecrets([fresh]).codeMatches('id', code, digest)).to.equal(false);
    expect(before.codeMatches('id', code, 'no digest')).to.equal(false);
  });

  it('is different for different uses', () => {
    const { recipientOf } = serverSecrets([old]);
    expect(recipientOf('text')).to.not.equal(refreshTokens([old]).successors('text')[0]);
  });

  it('gives refresh tokens of 256 bits, digested by SHA-256', () => {
    const tokens = refreshTokens([old]);
    expect(Buffer.from(tokens.fresh(), 'base64url')).to.have.length(32);
    expect(Buffer.from(tokens.successors('text')[0], 'base64url')).to.have.length(32);
    expect(tokens.digest('text')).to.equal(createHash('sha256').update('text').digest('hex'));
  });
});

describe('pictures', () => {
  const laws = async (pictures: PictureStore): Promise<void> => {
    const bytes = Uint8Array.from([1, 2, 3]);
    const url = await pictures.put('account', bytes, 'image/webp');
    expect(url).to.match(/^https:\/\/cdn\.example\/media\/pictures\/[\w-]{43}\.webp$/);
    expect(await pictures.put('account', bytes, 'image/webp')).to.not.equal(url);
    const name = url.slice(url.lastIndexOf('/') + 1);
    const kept = await pictures.get(name);
    expect(kept?.type).to.equal('image/webp');
    expect([...(kept?.bytes ?? [])]).to.deep.equal([1, 2, 3]);
    for (const other of ['', '..', '../keys/server-secret', `${name}.part`, 'x.png'])
      expect(await pictures.get(other), other).to.equal(undefined);
    await pictures.remove(url);
    await pictures.remove(url);
    expect(await pictures.get(name)).to.equal(undefined);
  };
  const publicUrl = 'https://cdn.example';

  it('are kept in files under names that cannot be guessed, and given back', () =>
    inFolder((folder) => laws(filePictures(folder, { publicUrl }))));
  it('are kept in memory alike', () => laws(memoryPictures({ publicUrl })));
});
