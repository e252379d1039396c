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

/** The process's logger: JSON lines on standard output, written off the request's path. */
export const processLogger = (level: string): Logger =>
  pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.epochTime },
    (standardOutput ??= byTurn(
      pino.destination({ dest: 1, sync: false, minLength: 4_096, periodicFlush: 1_000 }),
    )),
  );

/** One for the process, however many products are composed in it: each listens for the end of the process. */
let standardOutput: DestinationStream | undefined;

/** The lines of one turn of the event loop in one piece: at each, the destination measures all that it holds. */
function byTurn(destination: DestinationStream): DestinationStream {
  let lines = '';
  const handOver = (): void => {
    if (lines !== '') destination.write(lines);
    lines = '';
  };
  // Before the destination's own listener, which writes what it has then.
  process.prependOnceListener('exit', handOver);
  return {
    write: (line) => {
      if (lines === '') setImmediate(handOver);
      lines += line;
    },
  };
}
