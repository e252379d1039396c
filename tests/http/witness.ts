import { Ajv2020 } from 'ajv/dist/2020.js';
import formatsPackage from 'ajv-formats';
import { openApi } from '../../adapters/http/openapi.ts';
import { PathTable } from '../../adapters/http/path-table.ts';
import { allRoutes, rawRoutes } from '../world/routes.ts';
import type { RawRoute, Route } from '../../adapters/http/route.ts';
import { Client, type Answer } from '../world/client.ts';
import { keyOf } from './compositions.ts';

const document = openApi({
  routes: allRoutes,
  rawRoutes,
  info: { title: 'Usher', version: '0', description: '' },
});

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
              Record<
                string,
                {
                  readonly content?: Readonly<Record<string, object>>;
                  readonly headers?: Readonly<Record<string, object>>;
                }
              >
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
  readonly #inventory: readonly (Route | RawRoute)[];
  readonly #succeeded = new Set<string>();
  readonly #refused = new Set<string>();

  /** `routes` are those that are to be seen. */
  constructor(routes: readonly (Route | RawRoute)[]) {
    this.#inventory = routes;
    for (const { method, path } of [...allRoutes, ...rawRoutes]) this.#table.add(method, path, path);
  }

  /** Routes of the inventory that nobody has made succeed. */
  get unseen(): readonly string[] {
    return this.#inventory.map(keyOf).filter((key) => !this.#succeeded.has(key));
  }

  /** `method path code` of the refusals that routes of the inventory announce and that nobody has met. */
  get unprovoked(): readonly string[] {
    return this.#inventory
      .flatMap((route) => [...new Set(route.refuses)].map((code) => `${keyOf(route)} ${code}`))
      .filter((refusal) => !this.#refused.has(refusal));
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
    else this.#refused.add(`${method} ${path} ${String(answer.body['code'])}`);
    const contentType = answer.headers.get('content-type') ?? '';
    const seen = { method, path, status: answer.status, contentType, body: answer.body };
    const fault = faultOf(seen) ?? untold(seen, answer.headers);
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
  if (validate(body) !== true) return `${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`;
  const lost = misnamedPath(body);
  return lost === undefined ? null : `${lost} is a path of this server and not called …_url (ADR 18)`;
}

/** Headers that some routes have of their own: they are in the document wherever they are in an answer. */
const OWN_HEADERS = [
  'Location',
  'Content-Disposition',
  'Upload-Offset',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Metadata',
];

function untold({ method, path, status }: Seen, headers: Headers): string | null {
  const response = paths[path.replace('*}', '}')]?.[method]?.responses[status];
  if (status >= 400 || response?.content?.['*/*']) return null;
  const missing = OWN_HEADERS.find((name) => headers.has(name) && !response?.headers?.[name]);
  return missing === undefined ? null : `the header ${missing} is not in the document`;
}

const OWN_PATH = /^\/(?:api|media|simulated)\//;

/** The name of a member that holds a path of ours, and is not called like one: a host's base would not get before it. */
function misnamedPath(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string' && OWN_PATH.test(value) && !name.endsWith('_url')) return name;
    const deeper = misnamedPath(value);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
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
