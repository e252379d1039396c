import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { byteRange } from '../../adapters/http/byte-range.ts';
import { HttpRefusal } from '../../adapters/http/problems.ts';
import { sendFile } from '../../adapters/http/send-file.ts';
import { inPieces } from '../world/catalog.ts';

const BYTES = Buffer.from('0123456789');
const MODIFIED = Date.UTC(2026, 0, 31, 12, 0, 0, 500);
const MODIFIED_TEXT = 'Sat, 31 Jan 2026 12:00:00 GMT';

describe('reading a Range header', () => {
  const cases: readonly (readonly [string | undefined, unknown])[] = [
    [undefined, 'whole'],
    ['bytes=0-', { start: 0, end: 10 }],
    ['bytes=2-4', { start: 2, end: 5 }],
    ['bytes=9-9', { start: 9, end: 10 }],
    ['bytes=5-999', { start: 5, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-999', { start: 0, end: 10 }],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=99999999999999999999999-', 'unsatisfiable'],
    ['bytes=4-2', 'whole'],
    ['bytes=0-1,4-5', 'whole'],
    ['bytes=-', 'whole'],
    ['bytes=a-b', 'whole'],
    ['lines=0-1', 'whole'],
  ];
  for (const [header, expected] of cases)
    it(`${header ?? 'none'}`, () => expect(byteRange(header, 10)).to.deep.equal(expected));
});

describe('sending a file', () => {
  let server: Server;
  let opened: number;
  before((done) => {
    server = createServer((incoming, response) => {
      sendFile(incoming, response, {
        bytes: BYTES.length,
        contentType: 'video/mp4',
        etag: '"tag"',
        modifiedAt: MODIFIED,
        cacheControl: 'private, no-store',
        open: ({ start, end }) => {
          opened += 1;
          return inPieces(BYTES.subarray(start, end), { size: 3 });
        },
      }).catch((error: unknown) => {
        const refused = error instanceof HttpRefusal ? error : undefined;
        response.writeHead(refused?.status ?? 500, { ...refused?.headers }).end(refused?.code);
      });
    }).listen(0, '127.0.0.1', done);
  });
  after((done) => {
    server.close(done);
  });
  beforeEach(() => {
    opened = 0;
  });

  interface Answer {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly text: string;
  }
  const ask = (headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      httpRequest({ port, method, headers, host: '127.0.0.1' }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      })
        .on('error', reject)
        .end();
    });

  it('sends it whole', async () => {
    const { status, headers, text } = await ask();
    expect([status, text]).to.deep.equal([200, '0123456789']);
    expect(headers).to.include({
      'content-type': 'video/mp4',
      'content-length': '10',
      'accept-ranges': 'bytes',
      etag: '"tag"',
      'last-modified': MODIFIED_TEXT,
      'cache-control': 'private, no-store',
    });
  });

  it('sends a part as 206', async () => {
    const { status, headers, text } = await ask({ range: 'bytes=2-4' });
    expect([status, text]).to.deep.equal([206, '234']);
    expect(headers).to.include({ 'content-range': 'bytes 2-4/10', 'content-length': '3' });
  });

  it('refuses a range behind the end with 416, and says how long the file is', async () => {
    const { status, headers, text } = await ask({ range: 'bytes=10-' });
    expect([status, text]).to.deep.equal([416, 'request.range-not-satisfiable']);
    expect(headers).to.include({ 'content-range': 'bytes */10' });
    expect(headers).to.not.have.property('cache-control');
  });

  it('answers HEAD like GET without the bytes, and without a range', async () => {
    const { status, headers, text } = await ask({ range: 'bytes=2-4' }, 'HEAD');
    expect([status, text, headers['content-length']]).to.deep.equal([200, '', '10']);
    expect(opened).to.equal(0);
  });

  it('answers 304 to whoever has this very file', async () => {
    const unchanged = [
      { 'if-none-match': '"tag"' },
      { 'if-none-match': 'W/"tag"' },
      { 'if-none-match': '"other", "tag"' },
      { 'if-none-match': '*' },
      { 'if-modified-since': MODIFIED_TEXT },
    ];
    for (const headers of unchanged) expect((await ask(headers)).status).to.equal(304);
    const changed = [
      { 'if-none-match': '"other"', 'if-modified-since': MODIFIED_TEXT },
      { 'if-modified-since': 'Sat, 31 Jan 2026 11:59:59 GMT' },
      { 'if-modified-since': 'nonsense' },
    ];
    for (const headers of changed) expect((await ask(headers)).status).to.equal(200);
  });

  it('sends a part only to whoever has the rest of the same file', async () => {
    const part = async (condition: string): Promise<number> =>
      (await ask({ range: 'bytes=2-4', 'if-range': condition })).status;
    expect(await part('"tag"')).to.equal(206);
    expect(await part(MODIFIED_TEXT)).to.equal(206);
    expect(await part('"other"')).to.equal(200);
    expect(await part('W/"tag"')).to.equal(200);
    expect(await part('Sat, 31 Jan 2026 11:59:59 GMT')).to.equal(200);
  });
});
