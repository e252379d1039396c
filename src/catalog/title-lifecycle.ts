import type { Machine } from '../kernel/state-machine.ts';

export const TITLE_STATUSES = ['draft', 'scheduled', 'published', 'archived'] as const;
export type TitleStatus = (typeof TITLE_STATUSES)[number];

/**
 * `publish` and `archive` are what editors ask for; `release` is the instant of a scheduled title. Publishing
 * what is published and archiving what is archived change nothing, so that a repeated request is harmless.
 */
export type TitleTrigger = 'publish' | 'release' | 'archive';

export const titleLifecycle: Machine<TitleStatus, TitleTrigger> = {
  name: 'title',
  initial: ['draft'],
  table: {
    draft: { publish: ['published', 'scheduled'] },
    scheduled: { publish: ['published', 'scheduled'], release: 'published', archive: 'archived' },
    published: { publish: 'published', archive: 'archived' },
    archived: { publish: ['published', 'scheduled'], archive: 'archived' },
  },
};
