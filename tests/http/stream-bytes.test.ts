import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { streamBytes, type OpenBytes } from '../../adapters/http/stream-bytes.ts';
import { eventually } from '../world/eventually.ts';

/** More than a socket takes at once. */
const PIECES = 100;
const PIECE_BYTES = 65_536;
const BYTES = PIECES * PIECE_BYTES;

/** A file of one letter, read into the buffer that is given, as a disk would; what became of its readings. */
class LetterFile {
  readonly letter: string;
  readonly buffers: Uint8Array[] = [];
  turns = 0;
  ended = 0;

  constructor(letter: string) {
    this.letter = letter;
  }

  readonly open: OpenBytes = ({ into }) => this.#read(into);

  async *#read(into: Uint8Array | undefined): AsyncGenerator<Uint8Array> {
    if (into) this.buffers.push(into);
    try {
      for (let piece = 0; piece < PIECES; piece += 1) {
        this.turns += 1;
        const buffer = into ?? Buffer.alloc(PIECE_BYTES);
        // Meanwhile others have their turn.
        await new Promise((resolve) => setImmediate(resolve));
        yield buffer.subarray(0, PIECE_BYTES).fill(this.letter.charCodeAt(0));
      }
    } finally {
      this.ended += 1;
    }
  }
}

const part = { start: 0, end: BYTES };

describe('the bytes of a response', () => {
  let server: Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  before((done) => {
    server = createServer((request, response) => {
      response.setHeader('Content-Length', BYTES);
      void answer(request, response);
    }).listen(0, '127.0.0.1', done);
  });
  after((done) => {
    server.close(done);
    server.closeAllConnections();
  });
  const address = (path = ''): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`;
  const lettersOf = async (path = ''): Promise<readonly string[]> => {
    const text = await (await fetch(address(path))).text();
    expect(text).to.have.lengthOf(BYTES);
    return [...new Set(text)];
  };
  /** Sends requests, takes nothing of the answers, and leaves when `until` says so. */
  const leaver = async (requests: number, until: () => boolean): Promise<void> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined).pause();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(requests));
    await eventually('something came', until);
    socket.destroy();
  };

  it('are read into one buffer, which the next response reads into as well', async () => {
    const file = new LetterFile('a');
    answer = (_request, response) => streamBytes(file.open, part, response);
    expect(await lettersOf()).to.deep.equal(['a']);
    expect(await lettersOf()).to.deep.equal(['a']);
    expect(file.ended).to.equal(2);
    expect(file.buffers[1]).to.equal(file.buffers[0]);
  });

  it('are never those of another response that is under way', async () => {
    const files = [...'abcd'].map((letter) => new LetterFile(letter));
    answer = (request, response) =>
      streamBytes(
        (span) => files.find(({ letter }) => request.url === `/${letter}`)?.open(span) ?? expect.fail(),
        part,
        response,
      );
    const read = await Promise.all(files.map(({ letter }) => lettersOf(letter)));
    expect(read).to.deep.equal([...'abcd'].map((letter) => [letter]));
  });

  it('are never those that somebody did not wait for', async () => {
    for (let time = 0; time < 3; time += 1) {
      const left = new LetterFile('x');
      answer = (_request, response) => streamBytes(left.open, part, response);
      await leaver(1, () => left.buffers.length === 1);
      const file = new LetterFile('a');
      answer = (_request, response) => streamBytes(file.open, part, response);
      expect(await lettersOf()).to.deep.equal(['a']);
      await eventually('the file is let go', () => left.ended === 1);
    }
  });

  it('are let go of when the connection broke while a piece was read, before anybody was told', async () => {
    const file = new LetterFile('x');
    answer = (_request, response) =>
      streamBytes(
        async function* (span) {
          for await (const piece of file.open(span)) {
            // Node tells of it a turn later, and until then drops what is written without a word.
            if (file.turns === 2) response.socket?.destroy();
            yield piece;
          }
        },
        part,
        response,
      );
    await leaver(1, () => file.buffers.length === 1);
    await eventually('the file is let go', () => file.ended === 1);
  });

  it('are not opened for an answer that waits behind another, and the wait ends with the connection', async () => {
    const file = new LetterFile('x');
    let settled = 0;
    answer = (_request, response) =>
      streamBytes(file.open, part, response).finally(() => {
        settled += 1;
      });
    await leaver(3, () => file.buffers.length === 1);
    await eventually('all three are done', () => settled === 3);
    expect([file.buffers.length, file.ended]).to.deep.equal([1, 1]);
  });

  it('come in their turn on one connection', async () => {
    const file = new LetterFile('a');
    answer = (_request, response) => streamBytes(file.open, part, response);
    let came = 0;
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('data', (data: Buffer) => (came += data.length));
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2));
    await eventually('both came', () => came > 2 * BYTES);
    expect(file.ended).to.equal(2);
    socket.destroy();
  });

  it('come whole through a middleware that keeps the pieces, and never says that one is out', async () => {
    const file = new LetterFile('a');
    answer = (_request, response) => {
      const write = response.write.bind(response);
      // As `compression` has it: the callback is dropped.
      response.write = (piece: Uint8Array) => write(piece);
      return streamBytes(file.open, part, response);
    };
    expect(await lettersOf()).to.deep.equal(['a']);
    expect(file.buffers).to.have.lengthOf(0);
  });
});
