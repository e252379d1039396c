import type { Packager, PackagingOrder, PackagingOutcome } from '../../src/catalog/index.ts';

export interface PackagingLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Progress is told in so many per cent: a long film must not fill the log. */
const STEP = 10;

/** A packager that tells the log what it does; failures are told by whoever asked. */
export const toldPackager = <P extends Packager>(packager: P, log: PackagingLog): P => ({
  ...packager,
  package: async (order) => {
    const name = { package: order.packageKey };
    const startedAt = performance.now();
    log.info({ ...name, content_type: order.source.contentType }, 'packaging began');
    const outcome = await packager.package({ ...order, report: tellingSteps(order, log) });
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
    log.info({ ...name, seconds, ...toldOf(outcome) }, 'packaging ended');
    return outcome;
  },
});

function tellingSteps({ packageKey, report }: PackagingOrder, log: PackagingLog): PackagingOrder['report'] {
  let told = 0;
  return (progress) => {
    if (progress >= told + STEP) {
      told = progress - (progress % STEP);
      log.info({ package: packageKey, progress: Math.floor(progress) }, 'packaging goes on');
    }
    return report(progress);
  };
}

const toldOf = (outcome: PackagingOutcome): Readonly<Record<string, unknown>> =>
  outcome.fault === null
    ? { renditions: outcome.package.renditions.map(({ name }) => name) }
    : { fault: outcome.fault };
