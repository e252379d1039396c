/** What came back: the body is parsed where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The shape of a reply is what the tests assert.
  readonly body: Json;
}

export type Json = { readonly [key: string]: Json } & readonly Json[] & string & number & boolean;

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

type Headers_ = Readonly<Record<string, string>>;

/** A REST client of one person, as a stranger would write it. */
export class Client {
  readonly base: string;
  readonly token: string | null;
  readonly #credentials: Credentials | null;
  readonly #accountId: string | null;

  constructor(
    base: string,
    signedIn: {
      readonly token: string;
      readonly credentials: Credentials | null;
      readonly accountId: string | null;
    } | null,
  ) {
    this.base = base;
    this.token = signedIn?.token ?? null;
    this.#credentials = signedIn?.credentials ?? null;
    this.#accountId = signedIn?.accountId ?? null;
  }

  static async register(base: string, credentials: Credentials): Promise<Client> {
    const stranger = new Client(base, null);
    const registered = await stranger.post('/accounts/register', credentials);
    if (registered.status !== 201)
      throw new Error(`register: ${registered.status} ${JSON.stringify(registered.body)}`);
    return Client.logIn(base, credentials);
  }

  static async logIn(base: string, credentials: Credentials): Promise<Client> {
    const answer = await new Client(base, null).post('/accounts/login', credentials);
    if (answer.status !== 200) throw new Error(`log-in: ${answer.status} ${JSON.stringify(answer.body)}`);
    const { access, account } = answer.body as unknown as { access: string; account: { id: string } };
    return new Client(base, { token: access, credentials, accountId: account.id });
  }

  /** Another back end, which has a key and no account. */
  static withKey(base: string, key: string): Client {
    return new Client(base, { token: key, credentials: null, accountId: null });
  }

  /** The same person, signed in anew. */
  logIn(): Promise<Client> {
    return Client.logIn(this.base, this.credentials);
  }

  get credentials(): Credentials {
    if (!this.#credentials) throw new Error('an anonymous client has no credentials');
    return this.#credentials;
  }

  get accountId(): string {
    if (this.#accountId === null) throw new Error('an anonymous client has no account');
    return this.#accountId;
  }

  get(path: string, headers?: Headers_): Promise<Answer> {
    return this.send('GET', path, { ...(headers ? { headers } : {}) });
  }

  post(path: string, body: unknown = {}, headers?: Headers_): Promise<Answer> {
    return this.send('POST', path, { body, ...(headers ? { headers } : {}) });
  }

  put(path: string, body?: unknown, headers?: Headers_): Promise<Answer> {
    return this.send('PUT', path, { body, ...(headers ? { headers } : {}) });
  }

  patch(path: string, body: unknown, headers?: Headers_): Promise<Answer> {
    return this.send('PATCH', path, { body, ...(headers ? { headers } : {}) });
  }

  delete(path: string, body?: unknown): Promise<Answer> {
    return this.send('DELETE', path, { body });
  }

  /** Sends bytes as they are. */
  upload(path: string, bytes: Uint8Array, contentType: string): Promise<Answer> {
    return this.send('PUT', path, { bytes, headers: { 'content-type': contentType } });
  }

  async send(
    method: string,
    path: string,
    given: { readonly body?: unknown; readonly bytes?: Uint8Array; readonly headers?: Headers_ } = {},
  ): Promise<Answer> {
    const { body, bytes, headers = {} } = given;
    const url =
      path.startsWith('/media') || path.startsWith('http')
        ? new URL(path, this.base)
        : `${this.base}/api/v1${path}`;
    const payload = bytes ? Uint8Array.from(bytes) : body === undefined ? null : JSON.stringify(body);
    const response = await fetch(url, {
      method,
      headers: {
        ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
        ...(payload === null || bytes ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: payload,
      redirect: 'manual',
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      // HEAD has the type of a body, and none.
      body: (isJson && text !== '' ? JSON.parse(text) : text) as Json,
    };
  }
}
