import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { bodyLimits } from '../../../adapters/http/body.ts';
import { eventually } from '../../world/eventually.ts';
import { ask, exchangeBytes, startEdge, stopAll } from './planted.ts';

const quick = { headersMs: 200, checkEveryMs: 40, drainMs: 600 };

const post = (length: number): string =>
  `POST /api/v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

/** A thousand bytes at a time, so many times. */
const trickle = (times: number, everyMs: number): ReadableStream<Uint8Array> => {
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      controller.enqueue(new Uint8Array(1_000));
      if ((sent += 1) === times) controller.close();
    },
  });
};

describe('a crowd of clients', () => {
  afterEach(stopAll);

  it('gets as many connections as there are, and the next one when one of them goes', async () => {
    const { port } = await startEdge({ listening: { maxConnections: 2 } });
    const open = () =>
      new Promise<Socket>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => resolve(socket));
        socket.on('error', () => undefined).resume();
      });
    // Asked for one after the other: which of them is one too many is then certain.
    const [first] = [await open(), await open()];
    const tooMany = await open();
    await new Promise<void>((resolve) => tooMany.once('close', () => resolve()));
    const left = new Promise<void>((resolve) => first?.once('close', () => resolve()));
    first?.destroy();
    await left;
    const request = 'GET /api/v1/open HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    // The server may not have seen yet that one has gone.
    const answer = (): Promise<string> => exchangeBytes(port, request).then(({ text }) => text, String);
    await eventually('a free connection', async () => (await answer()).startsWith('HTTP/1.1 200 '));
  });
});

describe('a slow client', () => {
  afterEach(stopAll);

  it('is dropped when the head does not come to its end', async () => {
    const { port } = await startEdge({ listening: { timeouts: quick } });
    const { text, ms } = await exchangeBytes(port, 'GET /api/v1/open HTTP/1.1\r\nHost: x\r\nX-Slow:');
    expect(text).to.match(/^HTTP\/1\.1 408 /);
    expect(ms).to.be.within(150, 1_500);
  });

  it('is dropped when the body does not come to its end', async () => {
    const { port } = await startEdge({ deps: { bodies: { ...bodyLimits, timeoutMs: 200 } } });
    const { text, ms } = await exchangeBytes(port, `${post(100)}{"name":`);
    expect(text).to.match(/^HTTP\/1\.1 408 /);
    expect(text).to.contain('request.timeout');
    expect(ms).to.be.within(150, 1_500);
  });

  it('is dropped when its upload makes no progress, and is no defect of ours', async () => {
    const edge = await startEdge({ deps: { bodies: { ...bodyLimits, uploadCheckMs: 100 } } });
    const head =
      'PUT /api/v1/picture HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\nContent-Length: 9999\r\n\r\n';
    const { text, ms } = await exchangeBytes(edge.port, `${head}a few bytes`);
    expect(text).to.equal('');
    expect(ms).to.be.within(100, 1_500);
    expect(edge.errors).to.deep.equal([]);
  });

  it('may upload for longer than a JSON body may take, as long as it goes on', async () => {
    const edge = await startEdge({ deps: { bodies: { ...bodyLimits, timeoutMs: 50, uploadCheckMs: 100 } } });
    const init = {
      method: 'PUT',
      headers: { 'content-type': 'video/mp4' },
      body: trickle(8, 60),
      duplex: 'half',
    };
    const answer = await ask(`${edge.url}/api/v1/picture`, init as RequestInit);
    expect(answer.body).to.deep.equal({ bytes: 8_000 });
  });

  it('leaves nothing but a line in the log when it goes away in the middle of a body', async () => {
    const edge = await startEdge();
    await new Promise<void>((resolve) => {
      const socket = connect(edge.port, '127.0.0.1', () => {
        socket.write(`${post(100)}{"name":`, () => setTimeout(() => socket.destroy(), 30));
      });
      socket.on('close', () => setTimeout(resolve, 50));
    });
    expect(edge.errors).to.deep.equal([]);
    expect(edge.lines.map(({ aborted }) => aborted)).to.deep.equal([true]);
    expect((await ask(`${edge.url}/api/v1/open`)).status).to.equal(200);
  });

  it('gets its answers when it asks for several at once', async () => {
    const { port } = await startEdge();
    const get = 'GET /api/v1/open HTTP/1.1\r\nHost: x\r\n';
    const { text } = await exchangeBytes(port, `${get}\r\n${get}\r\n${get}Connection: close\r\n\r\n`);
    expect(text.match(/HTTP\/1\.1 200/g)).to.have.length(3);
  });

  it('gets its 413 before it has sent everything', async () => {
    const { port } = await startEdge();
    const head = post(200_000).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
    const { text } = await exchangeBytes(port, head);
    expect(text).to.match(/^HTTP\/1\.1 413 /);
  });
});

describe('stopping', () => {
  afterEach(stopAll);

  it('lets what is running end, and takes nothing new', async () => {
    let stopping = false;
    const edge = await startEdge({
      listening: {
        stopping: () => {
          stopping = true;
        },
      },
    });
    await ask(`${edge.url}/api/v1/open`);
    const running = ask(`${edge.url}/api/v1/slow`);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const startedAt = performance.now();
    const stopped = edge.stop();
    expect(stopping).to.equal(true);
    const refused = await ask(`${edge.url}/api/v1/open`).catch(() => 'refused');
    expect(refused).to.equal('refused');
    expect((await running).status).to.equal(200);
    await stopped;
    expect(performance.now() - startedAt).to.be.below(1_500);
  });

  it('cuts off what does not end in time, and is done once', async () => {
    const edge = await startEdge({ listening: { timeouts: { ...quick, headersMs: 60_000 } } });
    const socket = connect(edge.port, '127.0.0.1', () => socket.write(`${post(100)}{"name":`));
    socket.on('error', () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const startedAt = performance.now();
    await Promise.all([edge.stop(), edge.stop()]);
    expect(performance.now() - startedAt).to.be.within(500, 3_000);
  });
});
