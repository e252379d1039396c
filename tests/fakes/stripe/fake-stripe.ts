import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { FakeBook } from './book.ts';
import { paramsOf } from './form.ts';
import { capture, closeDispute, decline, dispute, findIntent, findSession, payPayment } from './payments.ts';
import type { Behaviour, FakeEvent, Subscription } from './records.ts';
import { Refused } from './refused.ts';
import { answerTo } from './routes.ts';
import { cycle, end, findSubscription, paySubscription, retry } from './subscriptions.ts';

/**
 * A synthetic, stateful stand-in for Stripe's API: a test tool of this project, written from Stripe's public
 * reference; no answer in it was recorded from Stripe. The real SDK talks to it over HTTP.
 */
export interface FakeStripe {
  readonly book: FakeBook;
  /** `http://127.0.0.1:…`, for STRIPE_API_BASE. */
  readonly base: string;
  /** `POST /v1/refunds` and the like, in order. */
  readonly requests: readonly string[];
  /** Makes the next `times` requests that match go wrong. */
  fault(fault: Fault): void;
  /** All is well from now on. */
  mend(): void;
  /** The payer at Stripe's page; `with` tells what the card does. */
  pay(checkoutUrl: string, card?: Partial<Behaviour>): Subscription | undefined;
  /** The payer's second factor, at the page that an intent asks for. */
  act(checkoutUrl: string, passes: boolean): void;
  /** The end of the subscription's period. */
  cycle(id: string): void;
  retry(id: string): void;
  end(id: string): void;
  /** The payer objects to the charge of an intent; the dispute's id. */
  dispute(intent: string): string;
  closeDispute(dispute: string, outcome: 'won' | 'lost'): void;
  /** Posts events to our webhook, signed; the statuses it answered. By default all that were not delivered yet. */
  deliver(
    to: { readonly url: string; readonly secret: string },
    events?: readonly FakeEvent[],
  ): Promise<number[]>;
  /** Loses all that was not delivered yet. */
  lose(): readonly FakeEvent[];
  stop(): Promise<void>;
}

export interface Fault {
  readonly path: RegExp;
  /** No answer: before anything was done, or after; or an answer of 500. */
  readonly kind: 'timeout-before' | 'timeout-after' | 'error';
  readonly times: number;
}

interface Kept {
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
  readonly at: number;
}

const DAY = 86_400;
const OK: Behaviour = { onSession: 'ok', offSession: 'ok' };

export async function startFakeStripe(now: () => number): Promise<FakeStripe> {
  const book = new FakeBook(now);
  const kept = new Map<string, Kept>();
  const requests: string[] = [];
  const faults: { fault: Fault; left: number }[] = [];
  let delivered = 0;

  const server = createServer((request, response) => {
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const url = new URL(request.url ?? '/', 'http://fake');
    const method = request.method ?? 'GET';
    const asked = `${method} ${url.pathname}`;
    requests.push(asked);
    const fault = faults.find((it) => it.left > 0 && it.fault.path.test(asked));
    if (fault) fault.left -= 1;
    if (fault?.fault.kind === 'timeout-before') return;
    if (fault?.fault.kind === 'error') return send(response, 500, errorText('api_error', 'synthetic'));
    const key = request.headers['idempotency-key'];
    const reply = perform({ method, url, body, key: typeof key === 'string' ? key : null });
    if (fault?.fault.kind === 'timeout-after') return;
    send(response, reply.status, reply.body, reply.replayed);
  }

  /** The law of Stripe's idempotent requests: the first answer again for 24 h, other parameters refused. */
  function perform(call: { method: string; url: URL; body: string; key: string | null }) {
    const { method, url, body, key } = call;
    const fingerprint = `${method} ${url.pathname} ${body}`;
    const known = key === null || method === 'GET' ? undefined : kept.get(key);
    if (known && book.seconds < known.at + DAY) {
      if (known.fingerprint === fingerprint) return { ...known, replayed: true };
      const text = errorText('idempotency_error', 'Keys can only be used with the same parameters.');
      return { status: 400, body: text, replayed: false };
    }
    book.requestKey = key;
    const reply = outcome(() =>
      answerTo(book, { method, path: url.pathname, params: paramsOf(`${url.searchParams}&${body}`) }),
    );
    book.requestKey = null;
    // A request that was never valid has not begun, and may come again under its key.
    const begun = reply.status < 400 || reply.status === 402;
    if (key !== null && method !== 'GET' && begun) kept.set(key, { fingerprint, at: book.seconds, ...reply });
    return { ...reply, replayed: false };
  }

  const send = (response: ServerResponse, status: number, body: string, replayed = false): void => {
    response.writeHead(status, {
      'Content-Type': 'application/json',
      Date: new Date(now()).toUTCString(),
      'Request-Id': book.id('req'),
      ...(replayed ? { 'Idempotent-Replayed': 'true' } : {}),
    });
    response.end(body);
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  book.base = `http://127.0.0.1:${port}`;

  return {
    book,
    base: book.base,
    requests,
    fault: (fault) => void faults.push({ fault, left: fault.times }),
    mend: () => void faults.splice(0),
    pay: (checkoutUrl, card = {}) => {
      const session = findSession(book, lastPart(checkoutUrl));
      if (session.status !== 'open') throw new Error(`the page is ${session.status}`);
      const behaviour = { ...OK, ...card };
      if (session.mode === 'subscription') return paySubscription(book, session, behaviour);
      payPayment(book, session, behaviour);
      return undefined;
    },
    act: (checkoutUrl, passes) => {
      const intent = findIntent(book, lastPart(checkoutUrl));
      if (passes) capture(book, intent);
      else decline(book, intent, 'payment_intent_authentication_failure', null);
    },
    cycle: (id) => cycle(book, findSubscription(book, id)),
    retry: (id) => retry(book, findSubscription(book, id)),
    end: (id) => end(book, findSubscription(book, id), 'cancellation_requested'),
    dispute: (intent) => dispute(book, findIntent(book, intent)).id,
    closeDispute: (id, result) => {
      const known = book.disputes.get(id);
      if (!known) throw new Error(`no dispute ${id}`);
      closeDispute(book, known, result);
    },
    deliver: async (to, events) => {
      const due = events ?? book.events.slice(delivered);
      if (!events) delivered = book.events.length;
      const statuses: number[] = [];
      for (const event of due) statuses.push(await post(to, JSON.stringify(event)));
      return statuses;
    },
    lose: () => {
      const lost = book.events.slice(delivered);
      delivered = book.events.length;
      return lost;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Signed by the SDK itself, with the system's time, as a webhook is. */
export async function post(
  { url, secret }: { readonly url: string; readonly secret: string },
  payload: string,
): Promise<number> {
  const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret });
  const answered = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
    body: payload,
  });
  await answered.text();
  return answered.status;
}

function outcome(work: () => Record<string, unknown>): { status: number; body: string } {
  try {
    return { status: 200, body: JSON.stringify(work()) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { status: error.status, body: JSON.stringify({ error: error.error }) };
  }
}

const errorText = (type: string, message: string): string => JSON.stringify({ error: { type, message } });

const lastPart = (url: string): string => url.split('/').at(-1) ?? '';

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
