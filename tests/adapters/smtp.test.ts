import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createSmtpMailer } from '../../adapters/email/smtp.ts';
import type { Mail, Mailer } from '../../src/notifications/index.ts';

const FROM = 'Usher <no-reply@usher.example>';
const RECEIPT: Mail = {
  key: 'receipt.0197',
  to: 'ada@example.com',
  subject: 'Receipt for Größe',
  text: 'Thank you: 9.99 €\n',
  html: '<p>Thank you: 9.99 €</p>',
  headers: { 'List-Unsubscribe': '<https://usher.example/u>' },
};

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
  readonly user: string | null;
}

/** A real server on the loopback, which keeps what it accepts. */
class Postbox {
  readonly received: Received[] = [];
  readonly #server: SMTPServer;
  connections = 0;

  constructor(options: SMTPServerOptions = {}) {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onConnect: (_session, done) => {
        this.connections += 1;
        done();
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          this.received.push({
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            source: Buffer.concat(chunks).toString('utf8'),
            user: typeof session.user === 'string' ? session.user : null,
          });
          done();
        });
      },
      ...options,
    });
    // A client that gives up is part of these tests.
    this.#server.on('error', () => undefined);
  }

  async listen(): Promise<string> {
    const listening = this.#server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return `127.0.0.1:${(listening.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

const refusalOf = async (sending: Promise<void>): Promise<string> => {
  try {
    await sending;
    return 'was accepted';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('mail over SMTP', () => {
  let postbox: Postbox;
  let mailer: Mailer;
  const open = async (options?: SMTPServerOptions, login = ''): Promise<void> => {
    postbox = new Postbox(options);
    mailer = createSmtpMailer({ url: `smtp://${login}${await postbox.listen()}`, from: FROM });
  };
  afterEach(async () => {
    mailer.close?.();
    await postbox.close();
  });

  it('hands over sender, recipient, text, HTML and headers', async () => {
    await open();
    await mailer.send(RECEIPT);
    const [mail] = postbox.received;
    expect(mail?.from).to.equal('no-reply@usher.example');
    expect(mail?.to).to.deep.equal(['ada@example.com']);
    expect(mail?.source)
      .to.include('multipart/alternative')
      .and.include('List-Unsubscribe: <https://usher.example/u>');
    expect(mail?.source)
      .to.match(/Content-Type: text\/plain/)
      .and.match(/Content-Type: text\/html/);
  });

  it('names a repeat as the same mail', async () => {
    await open();
    await mailer.send(RECEIPT);
    await mailer.send(RECEIPT);
    const ids = postbox.received.map(({ source }) => /^Message-ID: (.*)$/im.exec(source)?.[1]);
    expect(ids).to.have.length(2);
    expect(ids[0])
      .to.match(/^<[0-9a-f]{32}@usher\.example>/)
      .and.equal(ids[1]);
  });

  it('signs in with what the URL says, percent-decoded', async () => {
    let seen = '';
    const onAuth: NonNullable<SMTPServerOptions['onAuth']> = ({ username, password }, _session, done) => {
      seen = `${username} ${password}`;
      done(null, { user: username ?? '' });
    };
    await open({ authOptional: false, onAuth }, 'us%40er:p%2Fw@');
    await mailer.send(RECEIPT);
    expect(seen).to.equal('us@er p/w');
  });

  it('keeps its connections for the next mails', async () => {
    await open();
    for (let n = 0; n < 10; n += 1) await mailer.send({ ...RECEIPT, key: `receipt.${n}` });
    expect(postbox.received).to.have.length(10);
    expect(postbox.connections).to.be.lessThan(5);
  });

  it('rejects what the server refuses, so that the delivery is tried again', async () => {
    const busy = Object.assign(new Error('try later'), { responseCode: 451 });
    await open({ onRcptTo: (_address, _session, done) => done(busy) });
    expect(await refusalOf(mailer.send(RECEIPT))).to.match(/451|try later|rejected/i);
    expect(postbox.received).to.have.length(0);
  });

  it('cannot be made to write to further recipients or headers', async () => {
    await open();
    const sneaky = {
      ...RECEIPT,
      to: 'ada@example.com, eve@example.com',
      subject: 'Hi\r\nBcc: eve@example.com',
    };
    await refusalOf(mailer.send(sneaky));
    expect(postbox.received.flatMap(({ to }) => to)).not.to.include('eve@example.com');
    expect(postbox.received.map(({ source }) => source).join('')).not.to.match(/^Bcc:/im);
  });
});

describe('a mail server that is not there', () => {
  it('is a rejection within seconds', async () => {
    const mailer = createSmtpMailer({ url: 'smtp://127.0.0.1:1', from: FROM });
    expect(await refusalOf(mailer.send(RECEIPT))).to.match(/ECONNREFUSED/);
    mailer.close?.();
  });
});
