import type { DomainEvent } from '../../../../src/kernel/outbox.ts';
import { neverRun, type JobRun } from '../../../../src/operations/job.ts';
import type { ClockOffsetStore, JobRunStore, JournalStore } from '../../../../src/operations/ports.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';
import { EVENTS } from './outbox.ts';

/** Rows are kept in the order in which they were recorded, and none is ever removed: the place is the count. */
export function memoryJournal({ table }: MemoryTransaction): JournalStore {
  const events = table(EVENTS);
  return {
    end: async () => [...events.all()].length,
    since: async (position, limit) =>
      [...events.all()]
        .map((event, index) => ({ position: index + 1, event }))
        .slice(position, position + limit),
    findAll: async (ids) =>
      ids.map((id) => events.get(id)).filter((event): event is DomainEvent => event !== undefined),
  };
}

const JOB_RUNS: TableDefinition<JobRun> = { name: 'job_runs', key: (run) => run.name };

export function memoryJobRuns({ table }: MemoryTransaction): JobRunStore {
  const rows = table(JOB_RUNS);
  return {
    find: async (name) => rows.get(name),
    list: async () => [...rows.all()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    take: async ({ name, now, nextRunAt }) => {
      const known = rows.get(name);
      if (known && known.nextRunAt > now) return false;
      rows.put({ ...(known ?? neverRun(name, nextRunAt)), nextRunAt });
      return true;
    },
    put: async (run) => rows.put({ ...run, nextRunAt: rows.get(run.name)?.nextRunAt ?? run.nextRunAt }),
  };
}

interface OffsetRow {
  readonly id: 'offset';
  readonly milliseconds: number;
}

const CLOCK_OFFSET: TableDefinition<OffsetRow> = { name: 'clock_offset', key: (row) => row.id };

export function memoryClockOffset({ table }: MemoryTransaction): ClockOffsetStore {
  const rows = table(CLOCK_OFFSET);
  const read = (): number => rows.get('offset')?.milliseconds ?? 0;
  return {
    read: async () => read(),
    raise: async (offset) => {
      if (offset > read()) rows.put({ id: 'offset', milliseconds: offset });
      return read();
    },
  };
}
