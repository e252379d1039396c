import { expect } from 'chai';
import { beginUpload, failed, finished, received, type Asset } from '../../../src/catalog/asset.ts';
import { catalogPolicy } from '../../../src/catalog/policy.ts';
import { ASSET_STATUSES, assetLifecycle, type AssetTrigger } from '../../../src/catalog/asset-lifecycle.ts';
import {
  titleLifecycle,
  TITLE_STATUSES,
  type TitleStatus,
  type TitleTrigger,
} from '../../../src/catalog/title-lifecycle.ts';
import {
  archive,
  asOf,
  createTitle,
  editTitle,
  publish,
  serve,
  type Title,
} from '../../../src/catalog/title.ts';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import { after, DAY, instant } from '../../../src/kernel/instant.ts';
import { targets, type Machine } from '../../../src/kernel/state-machine.ts';
import { DRAFT, NOON } from '../../world/catalog.ts';

const TOMORROW = after(NOON, DAY);
const YESTERDAY = instant(NOON - DAY);

const title = (status: TitleStatus): Title => ({
  ...createTitle(DRAFT, { id: 'title', kind: 'video', code: null, createdBy: null, now: NOON }),
  mediaAssetId: 'media',
  status,
  publishedAt: status === 'draft' ? null : status === 'scheduled' ? TOMORROW : YESTERDAY,
});

const outcome = (pull: () => { readonly status: string }): string => {
  try {
    return pull().status;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
};

describe('the life of a title', () => {
  const at = (instantOf: typeof NOON) => (each: Title) => publish(each, { at: instantOf, now: NOON });
  const matrix: Record<TitleStatus, Record<string, string>> = {
    draft: { 'publish now': 'published', 'publish later': 'scheduled', archive: 'catalog.not-published' },
    scheduled: { 'publish now': 'published', 'publish later': 'scheduled', archive: 'archived' },
    published: {
      'publish now': 'published',
      'publish later': 'catalog.already-published',
      archive: 'archived',
    },
    archived: { 'publish now': 'published', 'publish later': 'scheduled', archive: 'archived' },
  };
  const triggers: Record<string, (each: Title) => Title> = {
    'publish now': at(NOON),
    'publish later': at(TOMORROW),
    archive,
  };
  for (const status of TITLE_STATUSES) {
    for (const [trigger, pull] of Object.entries(triggers)) {
      const expected = matrix[status][trigger];
      it(`${status} · ${trigger} → ${expected}`, () => {
        expect(outcome(() => pull(title(status)))).to.equal(expected);
      });
    }
  }

  it('becomes published at its instant, and not a millisecond before', () => {
    const scheduled = title('scheduled');
    expect(asOf(scheduled, instant(TOMORROW - 1)).status).to.equal('scheduled');
    expect(asOf(scheduled, TOMORROW)).to.deep.equal({ ...scheduled, status: 'published' });
    for (const status of ['draft', 'published', 'archived'] as const)
      expect(asOf(title(status), TOMORROW).status).to.equal(status);
  });

  it('is not published without media that is ready', () => {
    const bare = { ...title('draft'), mediaAssetId: null };
    expect(outcome(() => publish(bare, { at: NOON, now: NOON }))).to.equal('catalog.title-not-ready');
    expect(outcome(() => publish(bare, { at: TOMORROW, now: NOON }))).to.equal('catalog.title-not-ready');
  });

  it('counts as new again when it comes back', () => {
    const back = publish(title('archived'), { at: NOON, now: NOON });
    expect(back).to.include({ status: 'published', publishedAt: NOON, listedAt: NOON });
  });

  it('keeps its publication when it is published again', () => {
    const before = title('published');
    expect(publish(before, { at: NOON, now: NOON })).to.equal(before);
  });

  it('never publishes in the past', () => {
    expect(publish(title('draft'), { at: YESTERDAY, now: NOON }).publishedAt).to.equal(NOON);
  });
});

describe('the machines of the catalogue', () => {
  const machines: readonly Machine<string, string>[] = [titleLifecycle, assetLifecycle] as readonly Machine<
    string,
    string
  >[];
  for (const machine of machines) {
    it(`${machine.name}: every state is reached, and every target is a state`, () => {
      const states = Object.keys(machine.table);
      const reached = new Set(machine.initial);
      for (const row of Object.values(machine.table))
        for (const to of Object.values(row).flat()) reached.add(to ?? '');
      expect([...reached].sort()).to.deep.equal(states.sort());
    });
  }

  const titleRow = (status: TitleStatus): Record<TitleTrigger, readonly string[]> => ({
    publish: targets(titleLifecycle, status, 'publish'),
    release: targets(titleLifecycle, status, 'release'),
    archive: targets(titleLifecycle, status, 'archive'),
  });
  it('a title is released from its schedule only', () => {
    const released = TITLE_STATUSES.filter((status) => titleRow(status).release.length > 0);
    expect(released).to.deep.equal(['scheduled']);
  });
});

describe('the life of an asset', () => {
  const file = { bytes: 3, sha256: 'abc', contentType: 'video/mp4' };
  const asset = (status: Asset['status']): Asset => ({
    ...beginUpload({ id: 'a', titleId: 't', kind: 'media', now: NOON }, catalogPolicy),
    status,
  });
  const pulls: Record<AssetTrigger, (each: Asset) => Asset> = {
    receive: (each) => received(each, file),
    finish: (each) => finished(each, NOON),
    fail: (each) => failed(each, 'internal'),
  };
  const superseded = 'catalog.upload-superseded';
  const matrix: Record<Asset['status'], Record<AssetTrigger, string>> = {
    uploading: { receive: 'processing', finish: superseded, fail: 'failed' },
    processing: { receive: superseded, finish: 'ready', fail: 'failed' },
    // An end stays an end: failing it again changes nothing.
    ready: { receive: superseded, finish: superseded, fail: 'ready' },
    failed: { receive: superseded, finish: superseded, fail: 'failed' },
  };
  for (const status of ASSET_STATUSES) {
    for (const [trigger, pull] of Object.entries(pulls) as [AssetTrigger, (each: Asset) => Asset][]) {
      it(`${status} · ${trigger} → ${matrix[status][trigger]}`, () => {
        expect(outcome(() => pull(asset(status)))).to.equal(matrix[status][trigger]);
      });
    }
  }
});

describe('editing a title', () => {
  it('keeps what was not named, and what serves', () => {
    const before = serve(title('published'), 'poster', 'poster');
    const next = editTitle(before, { title: 'ÉTÉ  indien' });
    expect(next).to.deep.equal({
      ...before,
      title: 'ÉTÉ  indien',
      sortTitle: 'été indien',
    });
  });

  it('refuses credits behind the end, whichever of the two marks moves', () => {
    const edited = (changes: Parameters<typeof editTitle>[1]) =>
      outcome(() => editTitle({ ...title('draft'), durationSeconds: 60, creditsStartSeconds: 50 }, changes));
    expect(edited({ creditsStartSeconds: 61 })).to.equal('catalog.credits-after-end');
    expect(edited({ durationSeconds: 49 })).to.equal('catalog.credits-after-end');
    expect(edited({ creditsStartSeconds: 60 })).to.equal('draft');
    expect(edited({ durationSeconds: null })).to.equal('draft');
  });

  it('names each genre once', () => {
    expect(editTitle(title('draft'), { genreIds: ['b', 'a', 'b'] }).genreIds).to.deep.equal(['a', 'b']);
  });
});
