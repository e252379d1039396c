import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { sendFile } from '../../../adapters/http/send-file.ts';
import { readPieces } from '../../../adapters/media/read-pieces.ts';
import type { ByteSpan } from '../../../src/catalog/index.ts';
import { chanceOf, seeds, sized } from '../../world/chance.ts';
import { eventually } from '../../world/eventually.ts';

const FILES = 8;
/** More than the two ends of a connection hold. */
const BYTES = 4 * 1024 ** 2;

/** A file that says in every four bytes whose they are, and of which place. */
function signed(file: number): Buffer {
  const bytes = Buffer.alloc(BYTES);
  for (let at = 0; at < BYTES; at += 4) bytes.writeUInt32BE(((file << 24) | (at / 4)) >>> 0, at);
  return bytes;
}

interface Wish {
  readonly file: number;
  readonly start: number;
  readonly end: number;
  readonly method: 'GET' | 'HEAD';
}

const requestOf = ({ file, start, end, method }: Wish): string =>
  `${method} /${file} HTTP/1.1\r\nHost: x\r\nRange: bytes=${start}-${end - 1}\r\n\r\n`;

describe('many who seek and leave', function () {
  this.timeout(60_000);
  let folder: string;
  let server: Server;
  let whole: readonly Buffer[];
  let [opened, closed] = [0, 0];

  /** As storage opens a file, and counted. */
  async function* open(file: number, span: ByteSpan): AsyncGenerator<Uint8Array> {
    opened += 1;
    try {
      yield* readPieces(join(folder, String(file)), span);
    } finally {
      closed += 1;
    }
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-whose-'));
    whole = Array.from({ length: FILES }, (_, file) => signed(file));
    for (const [file, bytes] of whole.entries()) await writeFile(join(folder, String(file)), bytes);
    server = createServer((request, response) => {
      const file = Number(request.url?.slice(1));
      void sendFile(request, response, {
        ...{
          bytes: BYTES,
          contentType: 'video/mp4',
          etag: `"${file}"`,
          modifiedAt: 0,
          cacheControl: 'no-store',
        },
        open: (span) => open(file, span),
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  /** Asks for parts of files, one behind the other on one connection, and says of which bytes nobody had asked for. */
  function viewer(chance: () => number): Promise<readonly string[]> {
    const upTo = (count: number): number => Math.floor(chance() * count);
    const wishes = Array.from({ length: 1 + upTo(4) }, (): Wish => {
      const start = upTo(BYTES);
      const end = Math.min(BYTES, start + 1 + upTo(BYTES));
      return { file: upTo(FILES), start, end, method: chance() < 0.1 ? 'HEAD' : 'GET' };
    });
    const leavesAfter = chance() < 0.7 ? upTo(BYTES) : Infinity;
    const isAbrupt = chance() < 0.5;
    const isSlow = chance() < 0.3;
    const wrong: string[] = [];
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let [held, came, at] = [Buffer.alloc(0), 0, -1];
    const waiting = [...wishes];

    /** Takes heads of answers and what belongs to them off what came. */
    const look = (): void => {
      for (let [wish] = waiting; wish; [wish] = waiting) {
        if (at < 0) {
          const end = held.indexOf('\r\n\r\n');
          if (end < 0) return;
          if (!held.subarray(0, end).toString('latin1').startsWith('HTTP/1.1 20')) wrong.push('no head');
          [held, at] = [held.subarray(end + 4), wish.start];
        }
        const until = wish.method === 'HEAD' ? wish.start : wish.end;
        const piece = held.subarray(0, until - at);
        if (whole[wish.file]?.compare(piece, 0, piece.length, at, at + piece.length) !== 0)
          wrong.push(`file ${wish.file} from ${at}`);
        [held, at] = [held.subarray(piece.length), at + piece.length];
        if (at < until) return;
        at = -1;
        waiting.shift();
      }
    };
    return new Promise((resolve) => {
      const leave = (): void => void (isAbrupt ? socket.resetAndDestroy() : socket.destroy());
      socket.on('data', (data: Buffer) => {
        came += data.length;
        held = Buffer.concat([held, data]);
        look();
        if (waiting.length === 0 || came >= leavesAfter) leave();
        else if (isSlow) void pause(upTo(5), socket.pause()).then(() => socket.resume());
      });
      socket.on('error', () => undefined).on('close', () => resolve(wrong));
      socket.write(wishes.map(requestOf).join(''));
    });
  }

  for (const seed of seeds()) {
    it(`are given nothing but what they asked for, and every file is let go of (${seed})`, async () => {
      const chance = chanceOf(seed);
      const crowd = Array.from({ length: sized(40, 20) }, async () => {
        const wrong: string[] = [];
        for (let visit = 0; visit < sized(20, 5); visit += 1) wrong.push(...(await viewer(chance)));
        return wrong;
      });
      expect((await Promise.all(crowd)).flat()).to.deep.equal([]);
      await eventually('every file is let go of', () => opened === closed);
      expect(opened).to.be.greaterThan(50);
    });
  }
});
