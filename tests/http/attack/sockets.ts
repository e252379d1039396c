import { connect, type Socket } from 'node:net';

/** A connection on which a test says what no well-behaved client would. */
export interface RawConnection {
  readonly socket: Socket;
  /** What was answered so far. */
  said(): string;
  isClosed(): boolean;
}

export function rawConnection(base: string, text: string | Uint8Array): RawConnection {
  const { hostname, port } = new URL(base);
  const socket = connect(Number(port), hostname);
  let said = '';
  let closed = false;
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString('latin1');
  });
  // A reset is an outcome here, and `close` follows it.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    closed = true;
  });
  socket.write(text);
  return { socket, said: () => said, isClosed: () => closed };
}

/** The head of a request, lines without their ends. */
export const head = (...lines: readonly string[]): string => [...lines, '', ''].join('\r\n');
