import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { Client } from '../../world/client.ts';
import { startUsher, type RunningUsher } from '../../world/usher.ts';
import { head, rawConnection } from './sockets.ts';

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(100)]);
const MEGABYTE = 1024 * 1024;

const begun = (usher: RunningUsher, { token }: Client, ...more: readonly string[]) =>
  rawConnection(
    usher.base,
    head(
      'PUT /api/v1/accounts/me/picture HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${token ?? ''}`,
      'Content-Type: image/png',
      ...more,
    ),
  );

describe('pictures that are attacks', () => {
  let usher: RunningUsher;
  before(async () => {
    usher = await startUsher('memory');
  });
  after(() => usher.stop());

  it('are told that they are too large, also when they did not say how large', async () => {
    const person = await usher.person();
    const { socket, said } = begun(usher, person, 'Transfer-Encoding: chunked');
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MEGABYTE, 65), Buffer.from('\r\n')]);
    for (let sent = 0; sent < 8; sent += 1) socket.write(chunk);
    socket.write('0\r\n\r\n');
    for (let waited = 0; said() === '' && waited < 100; waited += 1) await pause(20);
    expect(said())
      .to.match(/^HTTP\/1.1 413 /)
      .and.include('identity.picture-too-large');
    // The rest was thrown away, so the connection goes on.
    socket.write(head('GET /healthz HTTP/1.1', 'Host: x'));
    for (let waited = 0; !said().includes('200 OK') && waited < 100; waited += 1) await pause(20);
    expect(said()).to.include('HTTP/1.1 200 OK');
    socket.destroy();
  });

  it('arrive one at a time for each account, so that none can fill the memory with half of them', async () => {
    const [slow, other] = [await usher.person(), await usher.person()];
    const { socket } = begun(usher, slow, 'Content-Length: 1000');
    socket.write(PNG);
    await pause(100);
    const second = await slow.upload('/accounts/me/picture', PNG, 'image/png');
    expect(second.status).to.equal(503);
    expect(second.body['code']).to.equal('service.busy');
    expect(second.headers.get('retry-after')).to.equal('1');
    expect((await other.upload('/accounts/me/picture', PNG, 'image/png')).status).to.equal(200);
    socket.destroy();
    await pause(100);
    expect((await slow.upload('/accounts/me/picture', PNG, 'image/png')).status).to.equal(200);
  });

  it('are no SVG and no text, whatever they say they are', async () => {
    const person = await usher.person();
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
    for (const type of ['image/svg+xml', 'image/png']) {
      const answer = await person.upload('/accounts/me/picture', svg, type);
      expect(answer.status, type).to.equal(415);
      expect(answer.body['code']).to.equal('identity.picture-unsupported');
    }
  });

  it('are served as what their bytes are, and as nothing that runs', async () => {
    const person = await usher.person();
    const polyglot = Buffer.concat([PNG, Buffer.from('<script>alert(1)</script>')]);
    const { body } = await person.upload('/accounts/me/picture', polyglot, 'image/png');
    const served = await usher.anonymous().get(String(body['picture_url']));
    expect(served.headers.get('content-type')).to.equal('image/png');
    expect(served.headers.get('x-content-type-options')).to.equal('nosniff');
    expect(served.headers.get('content-security-policy')).to.include("default-src 'none'");
  });

  it('lead out of no folder', async () => {
    const paths = [
      '..%2f..%2fkeys%2fmedia-secret',
      '%252e%252e%252fkeys',
      'x%00.png',
      '..%5c..%5ckeys',
      '..',
    ];
    for (const path of paths) {
      const { said, socket } = rawConnection(
        usher.base,
        head(`GET /media/pictures/${path} HTTP/1.1`, 'Host: x'),
      );
      for (let waited = 0; said() === '' && waited < 100; waited += 1) await pause(20);
      expect(said(), path).to.match(/^HTTP\/1.1 404 /);
      socket.destroy();
    }
  });
});
