import fc from 'fast-check';
import { z } from 'zod';
import { junkText, junkValue, RAW_VALUES, rawBody } from './junk.ts';

/** Texts that mean something to the product under test, by the name of the field. */
export type Hints = Readonly<Record<string, readonly string[]>>;

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly maxLength?: number;
}

type Fields = Readonly<Record<string, unknown>>;

const schemaOf = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as unknown as Schema;

/** Values of the right shape. */
function meant(schema: Schema, name: string, hints: Hints): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => meant(each, name, hints)));
  const { minimum: min = -1_000_000, maximum: max = 1_000_000 } = schema;
  switch (schema.type ?? 'string') {
    case 'object':
      return fields(schema, hints);
    case 'array':
      return fc.array(meant(schema.items ?? {}, name, hints), { maxLength: 3 });
    case 'integer':
      return fc.integer({ min: Math.max(min, -1e9), max: Math.min(max, 1e9) });
    case 'number':
      return fc.double({ min, max, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return texts(schema, name, hints);
  }
}

function texts({ pattern, format }: Schema, name: string, hints: Hints): fc.Arbitrary<string> {
  const hinted = hints[name];
  const known = hinted ? [{ weight: 5, arbitrary: fc.constantFrom(...hinted) }] : [];
  if (pattern !== undefined && format === undefined) {
    return fc.oneof(...known, fc.stringMatching(new RegExp(pattern)));
  }
  return fc.oneof(...known, fc.string({ minLength: 1, maxLength: 12 }), junkText);
}

/** Objects with every required field, and some of the others. */
function fields({ properties = {}, required = [] }: Schema, hints: Hints): fc.Arbitrary<Fields> {
  const all = Object.entries(properties).map(([name, each]) => [name, meant(each, name, hints)] as const);
  return fc.record(Object.fromEntries(all), { requiredKeys: [...required] });
}

const asBody = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value) ?? '');

/** The JSON text with one value replaced by something that JSON may not even have; twice, with the name again. */
const spliced = (body: Fields, name: string, raw: string, twice: boolean): Uint8Array => {
  const { [name]: before = 'x', ...others } = body;
  const text = Object.entries(others).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  const first = twice ? [`${JSON.stringify(name)}:${JSON.stringify(before)}`] : [];
  return Buffer.from(`{${[...text, ...first, `${JSON.stringify(name)}:${raw}`].join(',')}}`);
};

/** Bodies for a schema: as meant, with junk in a field or two, with fields missing, and no object at all. */
export function bodiesFor(schema: z.ZodType, hints: Hints): fc.Arbitrary<Uint8Array> {
  const json = schemaOf(schema);
  const object = json.anyOf?.find(({ type }) => type === 'object') ?? json;
  const names = Object.keys(object.properties ?? {});
  const good = fields(object, hints);
  const name = fc.constantFrom(...(names.length > 0 ? names : ['nothing']));
  const junked = fc
    .tuple(good, fc.dictionary(fc.oneof({ weight: 8, arbitrary: name }, junkText), junkValue, { maxKeys: 2 }))
    .map(([body, junk]) => asBody({ ...body, ...junk }));
  const short = fc.tuple(good, fc.subarray(names)).map(([body, gone]) => {
    return asBody(Object.fromEntries(Object.entries(body).filter(([key]) => !gone.includes(key))));
  });
  const odd = fc
    .tuple(good, name, fc.constantFrom(...RAW_VALUES), fc.boolean())
    .map(([body, key, raw, twice]) => spliced(body, key, raw, twice));
  return fc.oneof(
    { weight: 4, arbitrary: good.map(asBody) },
    { weight: 8, arbitrary: junked },
    { weight: 2, arbitrary: short },
    { weight: 3, arbitrary: odd },
    { weight: 2, arbitrary: rawBody },
  );
}

const escaped = (text: string): string => encodeURIComponent(text.toWellFormed());

/** What follows the question mark: the declared parameters with good and bad values, unknown and doubled ones. */
export function queriesFor(schema: z.ZodType | undefined, hints: Hints): fc.Arbitrary<string> {
  const json = schema ? schemaOf(schema) : {};
  const declared = Object.entries(json.properties ?? {});
  const names = [...declared.map(([name]) => name), 'limit', 'cursor', '__proto__'];
  const good = fields({ properties: json.properties ?? {} }, hints).map((query) =>
    Object.entries(query).map(([key, value]) => `${key}=${escaped(String(value))}`),
  );
  const bad = fc.array(
    fc.tuple(fc.constantFrom(...names), junkText).map(([key, value]) => `${key}=${escaped(value)}`),
    { maxLength: 2 },
  );
  const raw = fc.constantFrom('%', '%00', '%zz', 'limit', '&&', 'limit=1&limit=2', 'limit[]=1', 'a=%ff');
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant('') },
    { weight: 4, arbitrary: good.map((parts) => parts.join('&')) },
    { weight: 4, arbitrary: fc.tuple(good, bad).map(([a, b]) => [...a, ...b].join('&')) },
    { weight: 1, arbitrary: raw },
  );
}

/** The headers that a route reads: as meant, or any of them junk, or missing. */
export function headersFor(schema: z.ZodType, hints: Hints): fc.Arbitrary<Readonly<Record<string, string>>> {
  const { properties = {}, required = [] } = schemaOf(schema);
  const names = Object.keys(properties);
  const junk = fc.dictionary(fc.constantFrom(...names), junkText, { maxKeys: 1 });
  return fc
    .tuple(fields({ properties, required }, hints), fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, junk))
    .map(([good, bad]) => Object.entries({ ...good, ...bad }))
    .map((all) =>
      Object.fromEntries(all.map(([name, value]) => [name, String(value).replace(/[^\t\x20-\xff]/g, '?')])),
    );
}

/** One segment of a path: an id of ours, or what is none. Never empty, a dot, or several segments. */
export function paramsFor(known: readonly string[]): fc.Arbitrary<string> {
  const odd = junkText
    .map((text) => escaped(text.slice(0, 2_000)))
    .filter((text) => !['', '.', '..'].includes(text));
  return known.length === 0
    ? odd
    : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: odd });
}
