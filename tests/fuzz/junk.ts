import fc from 'fast-check';

/** Values that clients send and nobody means. */

const TEXTS: readonly string[] = [
  '',
  ' ',
  'NaN',
  'null',
  'undefined',
  '-1',
  '0',
  '1e309',
  '9007199254740993',
  '\0',
  'a\0b',
  '\ud800',
  'x\udfff',
  '\u202eright to left',
  'مرحبا',
  '👩‍👩‍👧‍👦',
  'e\u0301',
  '\ufeff',
  '\r\nSet-Cookie: a=b',
  "'; drop table accounts; --",
  '" or 1=1 --',
  '%',
  '_',
  '\\',
  '%00',
  '%c0%af',
  '../../../../etc/passwd',
  '..\\..\\windows',
  'file:///etc/passwd',
  '{{7*7}}',
  '${jndi:ldap://x}',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '0000-00-00T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '-271821-04-20T00:00:00Z',
  '+275760-09-13T00:00:00.000Z',
  '2026-02-30T00:00:00Z',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
];

export const junkText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }) },
  { weight: 1, arbitrary: fc.constantFrom(100, 1_000, 5_001, 60_000).map((length) => 'x'.repeat(length)) },
);

const NUMBERS: readonly number[] = [
  0,
  -0,
  -1,
  1,
  0.5,
  1e-320,
  2 ** 31,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  -(2 ** 63),
  1e18,
  1e21,
  1.7976931348623157e308,
];

const nested = (depth: number): unknown => {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

export const junkValue: fc.Arbitrary<unknown> = fc.oneof(
  junkText,
  fc.constantFrom<unknown>(...NUMBERS),
  fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { length: 1e9 }),
  fc.constantFrom(2, 18, 21, 200).map(nested),
  fc.array(junkText, { maxLength: 4 }),
  fc.dictionary(fc.constantFrom('__proto__', 'constructor', 'toJSON', 'id', 'a'), junkText, { maxKeys: 3 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** What JSON has no value for; it is written into the text of a body. */
export const RAW_VALUES: readonly string[] = [
  '1e309',
  '-1e309',
  'NaN',
  'Infinity',
  '01',
  '0x10',
  '"\\u0000"',
  '"\\ud800"',
  "'single'",
  'undefined',
  `${'9'.repeat(400)}`,
  '{"__proto__": {"isAdmin": true}}',
  '{"constructor": {"prototype": {"isAdmin": true}}}',
];

const RAW_BODIES: readonly string[] = [
  '',
  ' ',
  'null',
  'true',
  '0',
  '""',
  '[]',
  '[{}]',
  '{',
  '{"a":}',
  '{"a":1,}',
  '{} {}',
  '\ufeff{}',
  '{"__proto__":{"isAdmin":true}}',
  '{"\\u0000":1}',
  '{"\\ud800":1}',
  '<xml/>',
  'a=b&c=d',
  '['.repeat(50_000),
  `{"a":${'['.repeat(200)}${']'.repeat(200)}}`,
  `{"a":"${'x'.repeat(120_000)}"}`,
];

/** Bodies that are no JSON, or no object. */
export const rawBody: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.constantFrom(...RAW_BODIES).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }),
  // Latin-1, which is no UTF-8.
  fc.constant(Buffer.from('{"name":"\xe9\xff"}', 'latin1')),
);
