import { connect, type Socket } from 'node:net';
import type { Driven } from './rounds.ts';

export interface Download {
  readonly base: string;
  readonly connections: number;
  readonly seconds: number;
  /** What a connection asks for, again and again. */
  readonly path: (connection: number) => string;
  /** What each answer must bring. */
  readonly bytes: number;
}

/** Larger than the socket's own pieces. */
const READ_BYTES = 256 * 1024;
const MAX_HEAD = 16_384;
const HEAD_END = '\r\n\r\n';

/**
 * Asks for files over connections that stay open and counts what comes. Heads are read, bodies are only counted: a
 * client that makes something of each piece takes more of the machine than the server does. An answer counts when its
 * status is 200, its length is the file's, and all of it has come; any other ends the bench.
 */
export async function download(load: Download): Promise<Driven> {
  const begun = performance.now();
  const end = begun + load.seconds * 1_000;
  const counts = await Promise.all(
    Array.from({ length: load.connections }, (_, connection) => filesOf(load, connection, end)),
  );
  const answered = counts.reduce((sum, count) => sum + count, 0);
  return { answered, failed: 0, perSecond: (answered * 1_000) / (performance.now() - begun) };
}

function filesOf({ base, path, bytes }: Download, connection: number, end: number): Promise<number> {
  const { hostname, port, host } = new URL(base);
  const asked = `GET ${path(connection)} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  return new Promise((resolve, reject) => {
    let files = 0;
    let head = '';
    /** Of the body that is under way; negative while its head is. */
    let missing = -1;
    const fail = (what: string): void => void socket.destroy(new Error(`${path(connection)}: ${what}`));
    const next = (): void => {
      if (performance.now() >= end) {
        socket.destroy();
        return;
      }
      [head, missing] = ['', -1];
      socket.write(asked);
    };
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const take = (length: number): void => {
      let body = length;
      if (missing < 0) {
        const before = head.length;
        head += buffer.toString('latin1', 0, Math.min(length, MAX_HEAD));
        const at = head.indexOf(HEAD_END);
        if (at === -1) return head.length > MAX_HEAD ? fail('a head without an end') : undefined;
        if (!isWhole(head, bytes)) return fail(head.slice(0, at));
        body = before + length - at - HEAD_END.length;
        missing = bytes;
      }
      missing -= body;
      if (missing < 0) return fail('more came than was said');
      if (missing > 0) return;
      files += 1;
      next();
    };
    const socket: Socket = connect({
      host: hostname,
      port: Number(port),
      onread: {
        buffer,
        callback: (length) => {
          take(length);
          return true;
        },
      },
    });
    socket.on('connect', next).on('error', reject);
    socket.on('close', () =>
      performance.now() >= end ? resolve(files) : reject(new Error('the server hung up')),
    );
  });
}

const isWhole = (head: string, bytes: number): boolean =>
  head.startsWith('HTTP/1.1 200 ') && new RegExp(`\r\ncontent-length: ${bytes}\r\n`, 'i').test(head);
