import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createEmlFolder } from '../../adapters/email/eml-folder.ts';
import { createRecordedMailer } from '../../adapters/email/recorded.ts';
import type { Mail } from '../../src/notifications/index.ts';

const mail = (changes: Partial<Mail> = {}): Mail => ({
  key: 'receipt.1',
  to: 'ann@example.com',
  subject: 'Receipt',
  text: 'Thank you.\n',
  html: '<p>Thank you.</p>\n',
  ...changes,
});

describe('the folder of .eml files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-eml-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const mailer = () =>
    createEmlFolder({ folder: join(folder, 'mail'), from: 'Usher <no-reply@usher.example>' });
  const read = (name: string): Promise<string> => readFile(join(folder, 'mail', name), 'utf8');

  it('writes a whole message with text and HTML, and makes the folder', async () => {
    await mailer().send(mail({ headers: { 'List-Unsubscribe': '<https://usher.example/u>' } }));
    const message = await read('receipt.1.eml');
    expect(message).to.match(/^From: Usher <no-reply@usher\.example>$/m);
    expect(message).to.match(/^To: ann@example\.com$/m);
    expect(message).to.match(/^Subject: Receipt$/m);
    expect(message).to.match(/^Message-ID: <[0-9a-f]{32}@usher\.example>$/m);
    expect(message).to.match(/^List-Unsubscribe: <https:\/\/usher\.example\/u>$/m);
    expect(message).to.contain('Content-Type: text/plain').and.to.contain('Content-Type: text/html');
  });

  it('writes a repeat over itself, under the same Message-ID, and leaves nothing else', async () => {
    await Promise.all(Array.from({ length: 8 }, () => mailer().send(mail())));
    const first = /Message-ID: .*/.exec(await read('receipt.1.eml'))?.[0];
    await mailer().send(mail());
    expect(await readdir(join(folder, 'mail'))).to.deep.equal(['receipt.1.eml']);
    expect(/Message-ID: .*/.exec(await read('receipt.1.eml'))?.[0]).to.equal(first);
  });

  it('never leaves the folder, whatever the key', async () => {
    for (const key of ['../../outside', '/etc/passwd', '', '.', 'a'.repeat(300), 'x\0y']) {
      await mailer().send(mail({ key }));
    }
    expect(await readdir(folder)).to.deep.equal(['mail']);
    expect(await readdir(join(folder, 'mail'))).to.have.length(6);
  });

  it('takes an address for one address, and no line break for a header', async () => {
    await mailer().send(mail({ to: 'a@example.com, b@example.com', subject: 'One\r\nBcc: c@example.com' }));
    const message = await read('receipt.1.eml');
    expect(message).to.not.match(/^Bcc:/m);
    expect(message.match(/^To: .*/m)?.[0]).to.not.match(/b@example\.com>?$/);
  });
});

describe('the recorder of mails', () => {
  it('gives what was sent, and what is yet to be sent', async () => {
    const recorder = createRecordedMailer();
    const coming = recorder.waitFor(({ to }) => to === 'ann@example.com');
    await recorder.send(mail());
    expect(await coming).to.deep.equal(mail());
    expect(await recorder.waitFor(({ key }) => key === 'receipt.1')).to.deep.equal(mail());
  });

  it('says so when no such mail comes', async () => {
    const error: unknown = await createRecordedMailer()
      .waitFor(() => true, 20)
      .catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'no such mail within 20 ms');
  });
});
