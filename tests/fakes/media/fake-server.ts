import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeNews, FakeProvider, ProviderFault, Signing } from './fake-provider.ts';

export interface FakeAnswer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  /** All of it; rejects when the sender broke off. */
  bytes(): Promise<Buffer>;
  json(): Promise<Record<string, unknown>>;
}

export type Answerer = (call: FakeCall) => Promise<FakeAnswer>;

export interface FakeServer extends Pick<FakeProvider, 'requests' | 'fault' | 'mend' | 'stop'> {
  /** `http://127.0.0.1:…` */
  readonly base: string;
}

/** A server on the loopback that notes what it is asked, and goes wrong when it is told to. */
export async function startFakeServer(answer: Answerer): Promise<FakeServer> {
  const requests: string[] = [];
  const faults: { readonly fault: ProviderFault; left: number }[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const method = request.method ?? 'GET';
    const asked = `${method} ${url.pathname}`;
    requests.push(asked);
    const found = faults.find((it) => it.left > 0 && it.fault.path.test(asked));
    if (found) found.left -= 1;
    const kind = found?.fault.kind;
    if (kind === 'timeout-before') return void request.resume();
    if (kind === 'broken') return void request.socket.destroy();
    if (kind === 'error') {
      request.resume();
      return send(response, { status: 500, json: { error: 'synthetic' } });
    }
    const bytes = (): Promise<Buffer> => bytesOf(request);
    const json = async (): Promise<Record<string, unknown>> =>
      JSON.parse((await bytes()).toString() || '{}') as Record<string, unknown>;
    const answered = await answer({ method, url, headers: request.headers, bytes, json });
    request.resume();
    if (kind !== 'timeout-after') send(response, answered);
  };
  const server = createServer((request, response) => {
    // Whoever breaks off is not answered.
    handle(request, response).catch(() => response.destroy());
  });
  const base = await listening(server);
  return {
    base,
    requests,
    fault: (fault) => void faults.push({ fault, left: fault.times }),
    mend: () => void faults.splice(0),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function send(response: ServerResponse, { status, json, text, headers = {} }: FakeAnswer): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(json === undefined ? text : JSON.stringify(json));
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

type Teller = Pick<FakeProvider, 'news' | 'tell' | 'lose'> & { add(news: FakeNews): void };

/** News that are told once, unless they are told again. */
export function teller(sign: (body: string, options?: Signing) => Readonly<Record<string, string>>): Teller {
  const news: FakeNews[] = [];
  let told = 0;
  const untold = (): readonly FakeNews[] => {
    const due = news.slice(told);
    told = news.length;
    return due;
  };
  return {
    news,
    add: (each) => void news.push(each),
    lose: untold,
    tell: async (url, due = untold()) => {
      const statuses: number[] = [];
      for (const { body } of due) {
        const headers = { 'Content-Type': 'application/json', ...sign(body) };
        const answered = await fetch(url, { method: 'POST', headers, body });
        await answered.text();
        statuses.push(answered.status);
      }
      return statuses;
    },
  };
}

/** A multivariant playlist of these heights. */
export const playlistOf = (heights: readonly number[]): string =>
  [
    '#EXTM3U',
    ...heights.flatMap((height) => [
      `#EXT-X-STREAM-INF:BANDWIDTH=${height * 3_000},RESOLUTION=${Math.round((height * 16) / 9)}x${height}`,
      `${height}p.m3u8`,
    ]),
  ].join('\n');

export const LADDER = [270, 360, 480, 720, 1_080, 2_160] as const;
