import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { askApi, securedPlace } from '../../../../adapters/media/remote/provider-api.ts';
import { relayed, send } from '../../../../adapters/media/remote/relay.ts';
import { CLIP } from '../../../world/media-samples.ts';
import { rejection } from '../../../contracts/catalog.fixtures.ts';

describe('a media provider that is not what it should be', () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  before((done) => {
    server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1', done);
  });
  after((done) => {
    server.close(done);
    server.closeAllConnections();
  });
  const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  it('has no file sent to it in the clear, nor anywhere that is no server', () => {
    const api = { base: 'https://api.example' };
    expect(securedPlace('https://place.example/1', api)).to.equal('https://place.example/1');
    expect(securedPlace('http://127.0.0.1/1', { base: 'http://127.0.0.1' })).to.equal('http://127.0.0.1/1');
    for (const url of ['http://place.example/secret', 'file:///secret', '/secret', ''])
      expect(() => securedPlace(url, api), url)
        .to.throw('not secured')
        .and.not.to.match(/secret/);
  });

  it('is not listened to for ever', async () => {
    let sent = 0;
    answer = (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(100_000, ' '))) sent += 100_000;
      };
      response.on('drain', more);
      more();
    };
    const asked = askApi({ base: base(), authorization: '', timeoutMs: 5_000 }, { method: 'GET', path: '/' });
    expect(String(await rejection(asked))).to.equal('Error: the answer does not end');
    expect(sent).to.be.lessThan(50_000_000);
  });

  it('is sent no more of a file that it has refused', async () => {
    let taken = 0;
    answer = (request, response) => {
      request.on('data', (data: Buffer) => (taken += data.length));
      response.writeHead(403).flushHeaders();
    };
    let read = 0;
    async function* film(): AsyncGenerator<Uint8Array> {
      yield CLIP;
      for (const rest = Buffer.alloc(1_000_000); read < 200; read += 1) {
        yield rest;
      }
    }
    const faults: unknown[] = [];
    const { fault } = await relayed(
      { stream: film(), limitBytes: 1e9, accept: ['video/mp4'], expectedBytes: null },
      async (body) =>
        void (await send({ url: base(), method: 'PUT', headers: {}, body, bytes: null, idleMs: 5_000 })),
      (told) => faults.push(String(told)),
    );
    expect([fault, faults]).to.deep.equal(['unavailable', ['Error: the upload was answered with 403']]);
    expect(read).to.be.lessThan(100);
    expect(taken).to.be.lessThan(100_000_000);
  });
});
