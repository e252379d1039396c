import type { JobRun } from '../../../../src/operations/job.ts';
import type { ClockOffsetStore, JobRunStore, JournalStore } from '../../../../src/operations/ports.ts';
import { RecordTable, type Row } from '../columns.ts';
import type { Database } from '../unit-of-work.ts';
import { EVENTS, eventOf } from './outbox.ts';

export const knexJournal = ({ knex }: Database): JournalStore => ({
  end: async () => {
    const newest = (await knex(EVENTS.name).max({ position: 'position' })) as Row[];
    return Number(newest[0]?.['position'] ?? 0);
  },
  since: async (position, limit) => {
    const rows = (await knex(EVENTS.name)
      .where('position', '>', position)
      .orderBy('position')
      .limit(limit)) as Row[];
    return rows.map((row) => ({ position: Number(row['position']), event: eventOf(row) }));
  },
  findAll: async (ids) => {
    const rows = (await knex(EVENTS.name).whereIn('id', ids)) as Row[];
    return rows.map(eventOf);
  },
});

const JOB_RUNS = new RecordTable<JobRun>('job_runs', {
  name: 'text',
  nextRunAt: 'number',
  lastRunAt: 'number',
  lastSuccessAt: 'number',
  lastDone: 'number',
  lastErrorAt: 'number',
  lastError: 'text',
});

export const knexJobRuns = (database: Database): JobRunStore => {
  const table = () => database.knex(JOB_RUNS.name);
  return {
    find: (name) => JOB_RUNS.find(database, { name }),
    list: async () => {
      const rows = (await table().orderBy('name')) as Row[];
      return rows.map((row) => JOB_RUNS.fromRow(row));
    },
    take: async ({ name, now, nextRunAt }) => {
      const next = { next_run_at: nextRunAt };
      const moved = await table().where({ name }).where('next_run_at', '<=', now).update(next);
      if (moved === 1) return true;
      const first = await table()
        .insert({ name, ...next })
        .onConflict('name')
        .ignore()
        .returning('name');
      return first.length === 1;
    },
    put: async (run) => {
      const { next_run_at: _owned, name: _key, ...outcome } = JOB_RUNS.toRow(run);
      await table().insert(JOB_RUNS.toRow(run)).onConflict('name').merge(Object.keys(outcome));
    },
  };
};

export const knexClockOffset = ({ knex }: Database): ClockOffsetStore => {
  const read = async (): Promise<number> => {
    const row = (await knex('clock_offset').where({ id: 1 }).first()) as Row | undefined;
    return Number(row?.['milliseconds'] ?? 0);
  };
  return {
    read,
    raise: async (offset) => {
      await knex('clock_offset').insert({ id: 1, milliseconds: offset }).onConflict('id').ignore();
      await knex('clock_offset')
        .where({ id: 1 })
        .where('milliseconds', '<', offset)
        .update({ milliseconds: offset });
      return read();
    },
  };
};
