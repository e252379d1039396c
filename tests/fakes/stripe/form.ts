/** Parameters as the SDK sends them: `line_items[0][price_data][currency]=usd` becomes nested objects. */
export interface Params {
  readonly [name: string]: string | Params | undefined;
}

type Tree = { [name: string]: string | Tree | undefined };

export function paramsOf(text: string): Params {
  const root: Tree = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = name.split(/[[\]]+/).filter((part) => part !== '');
    const last = path.pop() ?? name;
    let at = root;
    for (const part of path) {
      const known = at[part];
      if (typeof known === 'object') at = known;
      else at = at[part] = {};
    }
    at[last] = value;
  }
  return root;
}

/** What stands at a path; undefined when there is nothing, or a tree. */
export function textAt(params: Params, ...path: readonly string[]): string | undefined {
  const found = at(params, path);
  return typeof found === 'string' ? found : undefined;
}

/** A flat tree of texts, such as metadata. */
export function textsAt(params: Params, ...path: readonly string[]): Record<string, string> {
  const found = at(params, path);
  if (typeof found !== 'object') return {};
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function at(params: Params, path: readonly string[]): string | Params | undefined {
  let found: string | Params | undefined = params;
  for (const part of path) found = typeof found === 'object' ? found[part] : undefined;
  return found;
}
