import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { lingerAfter } from '../../../adapters/http/linger.ts';
import { sendFile } from '../../../adapters/http/send-file.ts';
import { eventually } from '../../world/eventually.ts';
import { startUsher, type RunningUsher } from '../../world/usher.ts';
import { head, rawConnection, type RawConnection } from './sockets.ts';

async function serving(serve: RequestListener): Promise<{ readonly server: Server; readonly base: string }> {
  const server = createServer(serve);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Leaving a `for await` early destroys the request. */
async function refuseAtFirstByte(request: IncomingMessage, response: ServerResponse): Promise<void> {
  for await (const chunk of request) if (chunk) break;
  response.writeHead(413).end();
}

const closed = (server: Server): Promise<void> =>
  new Promise((done) => {
    server.closeAllConnections();
    server.close(() => done());
  });

describe('a caller whose body was not read to its end', () => {
  it('does not bring the process down when the reader destroyed the request', async () => {
    const { server, base } = await serving((request, response) => {
      if (request.method === 'GET') return void response.end('alive');
      lingerAfter(request, response, 50);
      void refuseAtFirstByte(request, response);
    });
    const caller = rawConnection(base, head('PUT / HTTP/1.1', 'Host: x', 'Content-Length: 100000') + 'abc');
    await eventually('it is answered', () => caller.said().startsWith('HTTP/1.1 413 '), 1_000);
    // Longer than the process waits for the rest.
    await pause(120);
    expect(await (await fetch(base)).text()).to.equal('alive');
    caller.socket.destroy();
    await closed(server);
  });

  it('is cut off when the rest does not come', async () => {
    const { server, base } = await serving((request, response) => {
      lingerAfter(request, response, 50);
      response.writeHead(413, { 'Content-Length': 0 }).end();
    });
    const caller = rawConnection(base, head('PUT / HTTP/1.1', 'Host: x', 'Content-Length: 100000') + 'abc');
    await eventually('the connection ends', caller.isClosed, 2_000);
    expect(caller.said()).to.match(/^HTTP\/1.1 413 /);
    await closed(server);
  });
});

describe('a viewer who never reads', () => {
  it('is dropped, and the file is let go', async () => {
    const bytes = 64 * 1024 * 1024;
    let ended = false;
    const { server, base } = await serving((request, response) => {
      void sendFile(request, response, {
        bytes,
        contentType: 'video/mp4',
        etag: '"tag"',
        modifiedAt: 0,
        cacheControl: 'no-store',
        stallMs: 100,
        open: async function* () {
          try {
            for (let sent = 0; sent < bytes; sent += 65_536) yield Buffer.alloc(65_536);
          } finally {
            ended = true;
          }
        },
      });
    });
    const viewer = connect(Number(new URL(base).port), '127.0.0.1');
    viewer.on('error', () => undefined).pause();
    viewer.write(head('GET / HTTP/1.1', 'Host: x'));
    await eventually('the file is let go', () => ended, 5_000);
    viewer.destroy();
    await closed(server);
  });
});

describe('log-ins whose bodies do not arrive', () => {
  let usher: RunningUsher;
  let held: readonly RawConnection[];
  before(async () => {
    usher = await startUsher('memory', { variables: { RATE_LIMITS: 'on' } });
  });
  after(async () => {
    for (const { socket } of held) socket.destroy();
    await usher.stop();
  });

  it('keep nobody else of the same address from logging in', async () => {
    const person = await usher.person();
    held = Array.from({ length: 10 }, () =>
      rawConnection(
        usher.base,
        head(
          'POST /api/v1/accounts/login HTTP/1.1',
          'Host: x',
          'Content-Type: application/json',
          'Content-Length: 100',
        ) + '{',
      ),
    );
    await pause(100);
    const again = await Promise.race([person.logIn(), pause(5_000)]);
    expect(again?.accountId).to.equal(person.accountId);
  });
});
