import { z } from 'zod';

export type Json = Readonly<Record<string, unknown>>;

/**
 * The schemas of the document. A zod schema with `.meta({ id })` becomes one named component, however often it
 * is used; one that reads differently as input and as output becomes two.
 */
export class Components {
  readonly #schemas = new Map<string, Json>();

  constructor(own: Readonly<Record<string, Json>>) {
    for (const [name, schema] of Object.entries(own)) this.#schemas.set(name, schema);
  }

  get all(): Json {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The JSON schema (2020-12, as OpenAPI 3.1 has it) of what is sent (`input`) or answered (`output`). */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
    const made = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      // Replies may grow: a closed object would make a new field a broken promise.
      override: ({ jsonSchema }) => {
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
        if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
        if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      },
    });
    const { $schema: _dialect, $defs, ...root } = made as Json & { $defs?: Readonly<Record<string, Json>> };
    const names = new Map(Object.keys($defs ?? {}).map((name) => [name, name]));
    for (const [name, definition] of Object.entries($defs ?? {})) {
      const known = this.#schemas.get(name);
      if (known && !isSame(known, pointed(definition, names))) names.set(name, `${name}Input`);
    }
    for (const [name, definition] of Object.entries($defs ?? {})) {
      this.#schemas.set(names.get(name) ?? name, pointed(definition, names) as Json);
    }
    return pointed(root, names) as Json;
  }
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const DEFINITION = '#/$defs/';

/** The same schema with its references pointing into the document; `id` is zod's, not JSON schema's. */
function pointed(schema: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(schema)) return schema.map((member) => pointed(member, names));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, member]) => {
      if (key !== '$ref' || typeof member !== 'string') return [key, pointed(member, names)];
      const name = member.slice(DEFINITION.length);
      return [key, `#/components/schemas/${names.get(name) ?? name}`];
    }),
  );
}
