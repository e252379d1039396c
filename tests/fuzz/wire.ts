import { Agent, request } from 'node:http';

/** One request, as it goes over the wire: nothing is normalised on the way. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
}

export interface Received {
  /** Of the request. */
  readonly method: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Sends over kept connections; `close` lets go of them. */
export function wire(base: string): { send(sent: Sent): Promise<Received>; close(): void } {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(base);
  return {
    send: (sent) =>
      new Promise((resolve, reject) => {
        const { method, path, headers, body } = sent;
        const length = body ? { 'content-length': String(body.length) } : {};
        const asked = request(
          { agent, hostname, port, method, path, headers: { ...headers, ...length } },
          (answer) => {
            const chunks: Buffer[] = [];
            answer.on('data', (chunk: Buffer) => chunks.push(chunk));
            answer.on('error', reject);
            answer.on('end', () =>
              resolve({
                method,
                status: answer.statusCode ?? 0,
                headers: answer.headers,
                text: Buffer.concat(chunks).toString('utf8'),
              }),
            );
          },
        );
        asked.on('error', reject);
        asked.end(body ?? undefined);
      }),
    close: () => agent.destroy(),
  };
}
