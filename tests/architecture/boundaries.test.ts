import { expect } from 'chai';
import { circles } from './circles.ts';
import * as rules from './import-rules.ts';
import { check, importRules, type ImportRule } from './import-rules.ts';
import { CONTEXTS, KERNEL_EXCEPTIONS } from './import-tables.ts';
import { kernelUse } from './kernel-law.ts';
import { paths, sourceFile, sources } from './source-tree.ts';

const everything = (): readonly ReturnType<typeof sourceFile>[] => [
  ...sources('src'),
  ...sources('adapters'),
];

describe('the arrows of the hexagon', () => {
  for (const rule of importRules) {
    it(rule.name, () => {
      const { files, faults } = check(rule, everything());
      expect(files, 'a rule that speaks of no file proves nothing').to.be.greaterThan(0);
      expect(faults).to.deep.equal([]);
    });
  }

  it('has no circles of imports', () => {
    expect(circles(everything())).to.deep.equal([]);
  });

  it('imports only files that exist', () => {
    const known = new Set(everything().map(({ path }) => path));
    const lost = everything().flatMap(({ path, imports }) =>
      imports.flatMap((target) =>
        target.kind === 'own' && !known.has(target.path) ? [`${path}: ${target.path}`] : [],
      ),
    );
    expect(lost).to.deep.equal([]);
  });

  it('has a face for each context of the table', () => {
    const present = new Set(paths('src'));
    for (const context of CONTEXTS) expect(present).to.include(`src/${context}/index.ts`);
  });

  it('lets a file into the kernel only when three contexts need it', () => {
    const use = kernelUse(sources('src'));
    expect(use.size).to.be.greaterThan(0);
    const lonely = [...use].flatMap(([path, contexts]) =>
      contexts.size < 3 && !(path in KERNEL_EXCEPTIONS) ? [`${path}: ${[...contexts].join(', ')}`] : [],
    );
    expect(lonely).to.deep.equal([]);
  });

  it('lists no kernel exception that is not one', () => {
    const use = kernelUse(sources('src'));
    const idle = Object.keys(KERNEL_EXCEPTIONS).filter((path) => (use.get(path)?.size ?? 3) >= 3);
    expect(idle).to.deep.equal([]);
  });
});

/** Each rule with sources that break it: `path` and what stands there. */
const PLANTED: readonly (readonly [ImportRule, path: string, text: string])[] = [
  [rules.srcStandsAlone, 'src/billing/a.ts', `import { z } from 'zod';`],
  [rules.srcStandsAlone, 'src/billing/a.ts', `import type { Knex } from 'knex';`],
  [rules.srcStandsAlone, 'src/billing/a.ts', `import { randomUUID } from 'node:crypto';`],
  [rules.srcStandsAlone, 'src/billing/a.ts', `import fs from 'fs';`],
  [rules.srcStandsAlone, 'src/billing/a.ts', `export * from '../../adapters/http/route.ts';`],
  [rules.srcStandsAlone, 'src/billing/a.ts', `export type { Knex } from 'knex';`],
  [rules.srcStandsAlone, 'src/billing/a.ts', `const late = async () => import('express');`],
  [rules.srcStandsAlone, 'src/billing/a.ts', `type Late = import('express').Router;`],
  [rules.srcStandsAlone, 'src/billing/a.ts', `import 'reflect-metadata';`],
  [rules.srcStandsAlone, 'src/reactions.ts', `import { openers } from '../tests/world/stores.ts';`],
  [rules.kernelKnowsNobody, 'src/kernel/a.ts', `import type { Plan } from '../subscriptions/index.ts';`],
  [
    rules.contextsKeepToThemselves,
    'src/playback/a.ts',
    `import type { Plan } from '../subscriptions/index.ts';`,
  ],
  [
    rules.contextsKeepToThemselves,
    'src/billing/a.ts',
    `import { decide } from '../subscriptions/decide.ts';`,
  ],
  [rules.contextsKeepToThemselves, 'src/subscriptions/a.ts', `import type { P } from '../billing/index.ts';`],
  [rules.contextsKeepToThemselves, 'src/identity/a.ts', `import { reactionsTo } from '../reactions.ts';`],
  [rules.contextsKeepToThemselves, 'src/misfit/a.ts', `import { isId } from '../kernel/ids.ts';`],
  [rules.onlyFacesFromOutside, 'src/reactions.ts', `import { decide } from './subscriptions/decide.ts';`],
  [rules.onlyFacesFromOutside, 'src/stray.ts', `import { isId } from './kernel/ids.ts';`],
  [
    rules.adaptersKeepToTheirFolder,
    'adapters/http/a.ts',
    `import { resolve } from '../composition/token.ts';`,
  ],
  [
    rules.adaptersKeepToTheirFolder,
    'adapters/http/a.ts',
    `import { knexStores } from '../persistence/knex/a.ts';`,
  ],
  [rules.adaptersKeepToTheirFolder, 'adapters/persistence/a.ts', `import { serve } from '../main.ts';`],
  [
    rules.adaptersKeepToTheirFolder,
    'adapters/email/a.ts',
    `import { openers } from '../../tests/world/stores.ts';`,
  ],
  [
    rules.adaptersKeepToTheirFolder,
    'adapters/misfit/a.ts',
    `import { isId } from '../../src/kernel/ids.ts';`,
  ],
  [rules.processFilesStayOnTop, 'adapters/main.ts', `import { openers } from '../tests/world/stores.ts';`],
  [rules.packagesStayInTheirPlace, 'adapters/http/a.ts', `import { Container } from 'inversify';`],
  [rules.packagesStayInTheirPlace, 'adapters/jobs/a.ts', `import type { Request } from 'express';`],
  [rules.packagesStayInTheirPlace, 'adapters/http/a.ts', `import type { Knex } from 'knex';`],
  [rules.packagesStayInTheirPlace, 'adapters/http/a.ts', `import { hash } from '@node-rs/argon2';`],
  [rules.packagesStayInTheirPlace, 'adapters/http/a.ts', `import { createTransport } from 'nodemailer';`],
  [rules.packagesStayInTheirPlace, 'adapters/persistence/a.ts', `import { PgBoss } from 'pg-boss';`],
  [rules.packagesStayInTheirPlace, 'adapters/http/a.ts', `const dialect = require('knex/lib/dialects/a');`],
  [
    rules.packagesStayInTheirPlace,
    'adapters/composition/a.ts',
    `import express, { type Express } from 'express';`,
  ],
  [rules.packagesStayInTheirPlace, 'adapters/http/rate-limit-postgres.ts', `import { knex } from 'knex';`],
  [rules.packagesStayInTheirPlace, 'adapters/http/a.ts', `import leftPad from 'left-pad';`],
];

describe('the arrows of the hexagon, with violations planted', () => {
  for (const [rule, path, text] of PLANTED) {
    it(`sees ${text} in ${path}`, () => {
      expect(check(rule, [sourceFile(path, text)]).faults).to.have.length(1);
    });
  }

  it('has a planted violation for each rule', () => {
    expect(new Set(PLANTED.map(([rule]) => rule))).to.deep.equal(new Set(importRules));
  });

  it('allows what the tables allow', () => {
    const allowed = [
      sourceFile(
        'src/billing/a.ts',
        `import { heightOf } from '../subscriptions/index.ts'; import './b.ts';`,
      ),
      sourceFile('src/reactions.ts', `import type { Subscriptions } from './subscriptions/index.ts';`),
      sourceFile('adapters/composition/a.ts', `import { app } from '../http/app.ts'; import 'inversify';`),
      sourceFile('adapters/http/a.ts', `import express from 'express'; import '../../src/kernel/ids.ts';`),
      sourceFile('adapters/composition/b.ts', `import type { Express } from 'express';`),
      sourceFile('adapters/main.ts', `import { parseConfig } from './composition/parse-config.ts';`),
    ];
    for (const rule of importRules) expect(check(rule, allowed).faults, rule.name).to.deep.equal([]);
  });

  it('sees a circle, also one made of types, and a file that imports itself', () => {
    const round = [
      sourceFile('src/billing/a.ts', `import type { B } from './b.ts';`),
      sourceFile('src/billing/b.ts', `export { c } from './c.ts';`),
      sourceFile('src/billing/c.ts', `import { a } from './a.ts';`),
      sourceFile('src/billing/d.ts', `import { a } from './a.ts';`),
      sourceFile('src/billing/e.ts', `import { e } from './e.ts';`),
    ];
    expect(circles(round)).to.deep.equal([
      ['src/billing/a.ts', 'src/billing/b.ts', 'src/billing/c.ts'],
      ['src/billing/e.ts'],
    ]);
  });

  it('says when a rule speaks of no file', () => {
    for (const rule of importRules) expect(check(rule, []).files, rule.name).to.equal(0);
  });

  it('sees a kernel file that two contexts need', () => {
    const use = kernelUse([
      sourceFile('src/kernel/odd.ts', ''),
      sourceFile('src/billing/a.ts', `import '../kernel/odd.ts';`),
      sourceFile('src/billing/b.ts', `import '../kernel/odd.ts';`),
      sourceFile('src/playback/a.ts', `import '../kernel/odd.ts';`),
    ]);
    expect(use.get('src/kernel/odd.ts')).to.deep.equal(new Set(['billing', 'playback']));
  });
});
