import { Agent, request } from 'node:http';

export interface Beating {
  readonly base: string;
  /** Sockets that are kept open at the most: clients behind a proxy. */
  readonly sockets: number;
  /** How many beat. */
  readonly count: number;
  /** How often each of them does; they are spread evenly over it. */
  readonly everyMs: number;
  readonly forMs: number;
  readonly beat: (index: number) => Beat;
}

export interface Beat {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Beaten {
  readonly sent: number;
  /** Answers that are not 200, by what they say; connections that broke off. */
  readonly refused: ReadonlyMap<string, number>;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const TICK_MS = 4;

/**
 * Sends at the times at which clients would, whatever the server does; a beat's time counts from when it was due, so
 * that one which had to wait for the one before it shows that it had.
 */
export async function pace({ base, sockets, count, everyMs, forMs, beat }: Beating): Promise<Beaten> {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets, scheduling: 'fifo' });
  const times: number[] = [];
  const refused = new Map<string, number>();
  const answers: Promise<void>[] = [];
  const begun = performance.now();
  const total = Math.floor((forMs / everyMs) * count);
  const dueAt = (number: number): number => begun + (number * everyMs) / count;
  const send = async (number: number): Promise<void> => {
    const outcome = await answerTo(base, agent, beat(number % count));
    times.push(performance.now() - dueAt(number));
    if (outcome !== 'done') refused.set(outcome, (refused.get(outcome) ?? 0) + 1);
  };
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      while (answers.length < total && dueAt(answers.length) <= performance.now())
        answers.push(send(answers.length));
      if (answers.length < total) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  await Promise.all(answers);
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.ceil(times.length * share) - 1] ?? Number.NaN;
  return { sent: total, refused, p50: at(0.5), p99: at(0.99), max: at(1) };
}

function answerTo(base: string, agent: Agent, { path, headers, body }: Beat): Promise<string> {
  return new Promise((resolve) => {
    const sent = request(new URL(path, base), { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve(response.statusCode === 200 ? 'done' : `${response.statusCode} ${text.slice(0, 200)}`),
      );
    });
    sent.on('error', ({ message }) => resolve(message)).end(body);
  });
}
