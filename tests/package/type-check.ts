import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * Type-checks a stranger's project: its files and every declaration of Usher that these reach, but not what the
 * declarations of other packages think of each other. Ambient are the types of the project's own `@types/…`. A process
 * of its own: `type-check.ts <folder> <nodenext | bundler> <ending>…` says what is wrong, if anything.
 */
const WAYS: Readonly<Record<string, ts.CompilerOptions>> = {
  nodenext: { module: ts.ModuleKind.NodeNext },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};

const [folder = '.', way = '', ...endings] = process.argv.slice(2);
process.chdir(folder);
const types = join('node_modules', '@types');
const options: ts.CompilerOptions = {
  ...WAYS[way],
  target: ts.ScriptTarget.ES2024,
  lib: ['lib.es2024.d.ts'],
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  skipLibCheck: false,
  types: existsSync(types) ? readdirSync(types) : [],
};

const files = readdirSync('.').filter((name) => endings.some((ending) => name.endsWith(ending)));
const program = ts.createProgram(
  files.map((name) => join(folder, name)),
  options,
);
const usher = join('node_modules', 'usher');
const concerned = program
  .getSourceFiles()
  .filter(({ fileName }) => fileName.includes(usher) || !fileName.includes('node_modules'));
const faults = [
  ...program.getOptionsDiagnostics(),
  ...program.getSyntacticDiagnostics(),
  ...concerned.flatMap((file) => program.getSemanticDiagnostics(file)),
];
process.stdout.write(ts.formatDiagnostics(faults, ts.createCompilerHost(options)));
process.stdout.write(`${files.length} files, ${concerned.length - files.length} declarations of usher\n`);
