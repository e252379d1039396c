import { Ajv2020 } from 'ajv/dist/2020.js';
import formatsPackage from 'ajv-formats';
import { openApi } from '../../adapters/http/openapi.ts';
import { PathTable } from '../../adapters/http/path-table.ts';
import { rawRoutes, routes } from '../world/routes.ts';
import { Client, type Answer } from '../world/client.ts';

const document = openApi({ routes, rawRoutes, info: { title: 'Usher', version: '0', description: '' } });

const ajv = new Ajv2020({ strict: false, allErrors: true });
formatsPackage.default(ajv);
ajv.addSchema(document, 'openapi.json');

const pointed = (...path: readonly string[]): string =>
  path.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

interface Documented {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly responses: Readonly<
              Record<string, { readonly content?: Readonly<Record<string, object>> }>
            >;
          }
        >
      >
    >
  >;
}
const { paths } = document as unknown as Documented;

/** Reads every reply of its clients against the OpenAPI document. */
export class Witness {
  /** What did not agree with the document. */
  readonly faults: string[] = [];
  readonly #table = new PathTable<string>();
  readonly #succeeded = new Set<string>();

  constructor() {
    for (const { method, path } of routes) this.#table.add(method, path, path);
    for (const { method, path } of rawRoutes) this.#table.add(method, path, path);
  }

  /** Routes of the inventory that nobody has made succeed. */
  get unseen(): readonly string[] {
    return [...routes, ...rawRoutes]
      .map(({ method, path }) => `${method} ${path}`)
      .filter((key) => !this.#succeeded.has(key));
  }

  /** The same person, watched. */
  watch(client: Client): WatchedClient {
    const { base, token } = client;
    const signedIn =
      token === null ? null : { token, credentials: client.credentials, accountId: client.accountId };
    return new WatchedClient(base, signedIn, this);
  }

  saw(method: string, url: string, answer: Answer): void {
    const found = this.#table.find(method, url.split('?')[0] ?? '');
    if (found.state !== 'found') throw new Error(`a route that is not in the inventory: ${method} ${url}`);
    const path = found.value;
    if (answer.status < 400) this.#succeeded.add(`${method} ${path}`);
    const contentType = answer.headers.get('content-type') ?? '';
    const fault = faultOf({ method, path, status: answer.status, contentType, body: answer.body });
    if (fault !== null) this.faults.push(`${method} ${url} → ${answer.status}: ${fault}`);
  }
}

export interface Seen {
  readonly method: string;
  /** The pattern of the route. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
  /** Parsed, where it is JSON. */
  readonly body: unknown;
}

/** Why the answer is not what the document says; null when it is. */
export function faultOf({ method, path: pattern, status, contentType, body }: Seen): string | null {
  const path = pattern.replace('*}', '}');
  const response = paths[path]?.[method]?.responses[status];
  if (!response) return `${status} is not in the document`;
  const type = contentType.split(';')[0] ?? '';
  if (!response.content) return body === '' ? null : 'a body that is not in the document';
  if (response.content['*/*']) return null;
  if (!response.content[type]) return `"${type}" is not in the document`;
  const where = ['paths', path, method, 'responses', String(status), 'content', type, 'schema'];
  const validate = ajv.getSchema(`openapi.json#${encodeURI(pointed(...where))}`);
  if (!validate) return `no schema at ${where.join(' ')}`;
  return validate(body) === true ? null : `${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`;
}

export class WatchedClient extends Client {
  readonly #witness: Witness;

  constructor(base: string, signedIn: ConstructorParameters<typeof Client>[1], witness: Witness) {
    super(base, signedIn);
    this.#witness = witness;
  }

  override async send(
    method: string,
    path: string,
    given: Parameters<Client['send']>[2] = {},
  ): Promise<Answer> {
    const answer = await super.send(method, path, given);
    this.#witness.saw(method.toLowerCase(), path, answer);
    return answer;
  }
}
