/** An example as CommonJS has to write it: every import becomes `await import()`, inside of a function. */
export function asCommonJs(example: string): string {
  const lines = example.replaceAll(IMPORT, (_, names: string, from: string) => {
    if (names.startsWith('type '))
      return `import ${names} from '${from}' with { 'resolution-mode': 'import' };`;
    return `const ${destructured(names)} = await import('${from}');`;
  });
  const types = [...lines.matchAll(TYPE)].map(([line]) => line);
  return [
    ...types,
    'async function main(): Promise<void> {',
    lines.replaceAll(TYPE, ''),
    '}',
    'void main();\n',
  ].join('\n');
}

const IMPORT = /^import ([^;']+?) from '([^']+)';$/gm;
const TYPE = /^import type [^;]+;\n/gm;

/** `express` → `{ default: express }`. */
const destructured = (names: string): string => (names.startsWith('{') ? names : `{ default: ${names} }`);
