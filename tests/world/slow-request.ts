import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';

type Headers_ = Readonly<Record<string, string | number>>;

export interface Begun {
  readonly method: 'PUT' | 'PATCH' | 'POST';
  readonly url: string;
  readonly token: string | null;
  readonly headers: Headers_;
}

/** A request with a body whose bytes are still to be sent. */
export const beginRequest = ({ method, url, token, headers }: Begun): ClientRequest =>
  request(url, { method, headers: { authorization: `Bearer ${token}`, ...headers } });

/** The status and the code that came back, whatever is still to be sent. */
export async function answered(sent: ClientRequest): Promise<readonly unknown[]> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return [response.statusCode, text === '' ? null : (JSON.parse(text) as { code?: unknown }).code];
}

/** Ends the connection in the middle. */
export const cutOff = (sent: ClientRequest): Promise<void> =>
  new Promise((resolve) => {
    // A connection that is cut off is an error to whoever cut it; `close` follows.
    sent.on('error', () => undefined).on('close', resolve);
    sent.destroy();
  });
