import { pino, type DestinationStream, type Logger } from 'pino';

/** What is said of a finished request: nothing else ever is — no headers, bodies or query strings. */
export interface RequestLine {
  readonly request_id: string;
  readonly method: string;
  /** The route's pattern, never the path itself, which carries tokens and ids. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
  readonly account_id?: string;
  readonly service_key_id?: string;
  /** The caller went away before the answer was out. */
  readonly aborted?: true;
}

export interface EdgeLog {
  request(line: RequestLine): void;
  /** A defect, or trouble that the caller was told nothing about. */
  error(error: unknown, context: string, requestId?: string): void;
}

export const silentLog: EdgeLog = { request: () => undefined, error: () => undefined };

export const edgeLog = (logger: Logger): EdgeLog => ({
  request: (line) => logger.info(line, 'request'),
  error: (error, context, requestId) =>
    logger.error({ err: error, ...(requestId === undefined ? {} : { request_id: requestId }) }, context),
});

/** Characters, or milliseconds since the first of them, that make a piece. */
const PIECE = 32_768;
const PIECE_MS = 50;

/** The process's logger: JSON lines on standard output, written off the request's path. */
export const processLogger = (level: string): Logger =>
  pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.epochTime },
    (standardOutput ??= inPieces(
      pino.destination({
        dest: 1,
        sync: false,
        // It writes when it is told to; what it holds at the end of the process it writes by itself.
        minLength: 4 * PIECE,
        maxWrite: 16 * PIECE,
        periodicFlush: 1_000,
      }),
    )),
  );

/** One for the process, however many products are composed in it: each listens for the end of the process. */
let standardOutput: DestinationStream | undefined;

/**
 * Many lines in one piece: each write goes through a thread and wakes the reader, which at one in every turn of
 * the event loop costs a tenth of the throughput.
 */
function inPieces(destination: ReturnType<typeof pino.destination>): DestinationStream {
  let lines = '';
  let timer: NodeJS.Timeout | undefined;
  const handOver = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines !== '') destination.write(lines);
    lines = '';
  };
  const write = (): void => {
    handOver();
    destination.flush();
  };
  // Before the destination's own listener, which writes what it has then.
  process.prependOnceListener('exit', handOver);
  return {
    write: (line) => {
      lines += line;
      if (lines.length >= PIECE) write();
      else timer ??= setTimeout(write, PIECE_MS).unref();
    },
  };
}
