/** What a path and method lead to. */
export type Found<T> =
  | {
      readonly state: 'found';
      readonly value: T;
      readonly params: Readonly<Record<string, string>>;
    }
  | { readonly state: 'other-method'; readonly methods: readonly string[] }
  | { readonly state: 'nothing' };

interface Endpoint<T> {
  readonly value: T;
  readonly names: readonly string[];
}

interface Place<T> {
  readonly fixed: Map<string, Place<T>>;
  param: Place<T> | undefined;
  /** `{path*}`: takes the rest of the path. */
  rest: Place<T> | undefined;
  readonly methods: Map<string, Endpoint<T>>;
}

interface Arrival<T> {
  readonly place: Place<T>;
  readonly values: readonly string[];
}

const emptyPlace = <T>(): Place<T> => ({
  fixed: new Map(),
  param: undefined,
  rest: undefined,
  methods: new Map(),
});

/**
 * Method and path to a value, by segments: its cost is the length of the path and not the number of routes
 * (the last of 110 routes of a chain of patterns costs a quarter of the throughput). A fixed segment wins
 * over a parameter. Empty segments and one trailing slash: `/a/` is `/a`, `/a//b` is nothing.
 */
export class PathTable<T> {
  readonly #root = emptyPlace<T>();

  add(method: string, path: string, value: T): void {
    let place = this.#root;
    const names: string[] = [];
    for (const segment of segmentsOf(path)) {
      const name = /^\{(\w+)(\*?)\}$/.exec(segment);
      if (name?.[1] === undefined) place = fixedPlace(place, segment);
      else {
        names.push(name[1]);
        place = name[2] === '*' ? (place.rest ??= emptyPlace()) : (place.param ??= emptyPlace());
      }
    }
    if (place.methods.has(method)) throw new Error(`two routes for ${method} ${path}`);
    place.methods.set(method, { value, names });
  }

  find(method: string, path: string): Found<T> {
    const arrival = walk(this.#root, segmentsOf(path), 0);
    if (!arrival) return { state: 'nothing' };
    const { place, values } = arrival;
    const endpoint = place.methods.get(method) ?? (method === 'head' ? place.methods.get('get') : undefined);
    if (!endpoint) return { state: 'other-method', methods: allowed(place) };
    const params: Record<string, string> = {};
    endpoint.names.forEach((name, index) => {
      params[name] = decoded(values[index] ?? '');
    });
    return { state: 'found', value: endpoint.value, params };
  }
}

function fixedPlace<T>(place: Place<T>, segment: string): Place<T> {
  const known = place.fixed.get(segment);
  if (known) return known;
  const made = emptyPlace<T>();
  place.fixed.set(segment, made);
  return made;
}

function segmentsOf(path: string): readonly string[] {
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  return path.slice(1, end).split('/');
}

function walk<T>(place: Place<T>, segments: readonly string[], index: number): Arrival<T> | undefined {
  const segment = segments[index];
  if (segment === undefined) return place.methods.size > 0 ? { place, values: [] } : undefined;
  const fixed = place.fixed.get(segment);
  const found = fixed && walk(fixed, segments, index + 1);
  if (found) return found;
  if (segment === '') return undefined;
  const behind = place.param && walk(place.param, segments, index + 1);
  if (behind) return { place: behind.place, values: [segment, ...behind.values] };
  return place.rest && { place: place.rest, values: [segments.slice(index).join('/')] };
}

const allowed = <T>(place: Place<T>): readonly string[] =>
  [...place.methods.keys()].flatMap((method) =>
    method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
  );

/** A malformed escape stays as it is: as an id it is then none, and answered like an absent one. */
function decoded(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return segment;
    throw error;
  }
}
