import { expect } from 'chai';
import { emailKeyOf, erased, isEmail, type Account } from '../../../src/identity/account.ts';
import { Client } from '../../world/client.ts';
import { startUsher, type RunningUsher } from '../../world/usher.ts';
import { instant } from '../../../src/kernel/instant.ts';

const LURE = 'you won, see http://evil.example/claim';

describe('a registration with somebody else’s address', () => {
  let usher: RunningUsher;
  before(async () => {
    usher = await startUsher('memory');
  });
  after(() => usher.stop());

  it('cannot write to them: no mail carries the name before the address is proven', async () => {
    const stranger = usher.anonymous();
    const email = 'victim@example.com';
    await stranger.post('/accounts/register', { email, password: 'the word of a stranger', name: LURE });
    await stranger.post('/accounts/forgot-password', { email });
    await usher.settle();
    const mails = usher.mail.list().filter(({ to }) => to === email);
    expect(mails).to.have.length(2);
    for (const { subject, text, html } of mails) {
      expect(`${subject}${text}${html}`).to.not.include('evil.example');
      expect(text).to.match(/^Hello,\n/);
    }
    const code = /\b\d{6}\b/.exec(mails[0]?.text ?? '')?.[0];
    expect((await stranger.post('/accounts/verify-email', { email, code })).status).to.equal(204);
    await stranger.post('/accounts/forgot-password', { email });
    await usher.settle();
    expect(usher.mail.list().at(-1)?.text, 'once proven').to.include(`Hello ${LURE}`);
  });

  it('cannot take the place of an account that is to be deleted', async () => {
    const person = await usher.person();
    const account = { id: person.accountId, version: 1, tokenVersion: 1 } as Account;
    const { email, emailKey } = erased(account, instant(0));
    expect(isEmail(emailKey)).to.equal(false);
    expect(emailKeyOf(email)).to.not.equal(emailKey);
    await Client.register(usher.base, { email, password: 'the word of a squatter' });
    const gone = await person.delete('/accounts/me', { password: person.credentials.password });
    expect(gone.status).to.equal(204);
  });
});

describe('metrics', () => {
  let usher: RunningUsher;
  before(async () => {
    usher = await startUsher('memory');
  });
  after(() => usher.stop());

  const ask = (headers: Record<string, string>): Promise<Response> =>
    fetch(`${usher.base}/metrics`, { headers });

  it('are for this host', async () => {
    expect((await ask({})).status).to.equal(200);
  });

  for (const name of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP', 'X-Forwarded-Host', 'CF-Ray']) {
    it(`are not for whoever comes through a proxy on it that says ${name}`, async () => {
      expect((await ask({ [name]: '203.0.113.9' })).status).to.equal(401);
    });
  }
});
