import { expect } from 'chai';
import { canStream, maySee } from '../../../src/catalog/streaming.ts';
import { fold, sortKeyOf } from '../../../src/catalog/fold.ts';
import { createTitle, type Title } from '../../../src/catalog/title.ts';
import { ACCESS_LEVELS, type AccessLevel, type DenialReason } from '../../../src/kernel/access-level.ts';
import { after, SECOND } from '../../../src/kernel/instant.ts';
import { encodeCursor } from '../../../src/kernel/page.ts';
import { ADMIN, DRAFT, NOBODY, NOON, VIEWER } from '../../world/catalog.ts';

const title = (changes: Partial<Title> = {}): Title => ({
  ...createTitle(DRAFT, { id: 'title', kind: 'video', code: null, createdBy: null, now: NOON }),
  mediaAssetId: 'media',
  status: 'published',
  publishedAt: NOON,
  ...changes,
});

const reason = (
  asked: Title,
  { viewer = VIEWER, level = 'free' as AccessLevel, why = null as DenialReason | null } = {},
): string => {
  const verdict = canStream(asked, { viewer, standing: { level, reason: why } }, NOON);
  return verdict.allowed ? 'allowed' : verdict.reason;
};

describe('who can stream a title', () => {
  const expected: Record<AccessLevel, Record<AccessLevel, string>> = {
    free: { free: 'allowed', basic: 'no_subscription', premium: 'no_subscription' },
    basic: { free: 'allowed', basic: 'allowed', premium: 'tier_too_low' },
    premium: { free: 'allowed', basic: 'allowed', premium: 'allowed' },
  };
  for (const level of ACCESS_LEVELS) {
    for (const asked of ACCESS_LEVELS) {
      it(`${asked} title, ${level} viewer: ${expected[level][asked]}`, () => {
        expect(reason(title({ accessLevel: asked }), { level })).to.equal(expected[level][asked]);
      });
    }
  }

  it('anonymous viewers see free titles, and are asked to sign in for the others', () => {
    expect(reason(title({ accessLevel: 'free' }), { viewer: NOBODY })).to.equal('allowed');
    expect(reason(title(), { viewer: NOBODY })).to.equal('sign_in_required');
  });

  for (const why of ['ended', 'paused', 'not_started', 'past_due_grace_over'] as const) {
    it(`tells ${why} to whom it applies`, () => expect(reason(title(), { why })).to.equal(why));
  }

  it('names the tier, not an old end, to somebody who holds a lower one', () => {
    expect(reason(title({ accessLevel: 'premium' }), { level: 'basic', why: 'ended' })).to.equal(
      'tier_too_low',
    );
  });

  it('lets admins stream what is ready, whatever its level', () => {
    expect(reason(title({ accessLevel: 'premium', visibility: 'private' }), { viewer: ADMIN })).to.equal(
      'allowed',
    );
  });

  it('nobody streams what is not published or has no media', () => {
    for (const viewer of [VIEWER, ADMIN]) {
      const level = 'premium';
      expect(reason(title({ status: 'draft' }), { viewer, level })).to.equal('not_published');
      expect(reason(title({ status: 'archived' }), { viewer, level })).to.equal('not_published');
      expect(reason(title({ mediaAssetId: null }), { viewer, level })).to.equal('not_ready');
    }
  });
});

describe('who sees a title', () => {
  it('everybody what is published and public, admins all', () => {
    const later = after(NOON, SECOND);
    const hidden = [
      title({ visibility: 'private' }),
      title({ status: 'draft' }),
      title({ status: 'archived' }),
      title({ status: 'scheduled', publishedAt: later }),
    ];
    for (const each of hidden) {
      expect(maySee(each, VIEWER, NOON)).to.equal(false);
      expect(maySee(each, ADMIN, NOON)).to.equal(true);
    }
    expect(maySee(title(), NOBODY, NOON)).to.equal(true);
    expect(maySee(title({ status: 'scheduled', publishedAt: later }), NOBODY, later)).to.equal(true);
  });
});

describe('folding text', () => {
  it('makes one of case, Unicode form and white space', () => {
    expect(fold('  E\u0301TE\u0301 \n Indien ')).to.equal('été indien');
    expect(fold('half \ud800')).to.equal('half \ufffd');
  });

  it('keeps the longest sort key of any script inside a cursor', () => {
    for (const letter of ['a', 'é', '字', '\u{1F600}']) {
      const value = sortKeyOf(letter.repeat(200));
      expect([...value]).to.have.length(64);
      expect(encodeCursor({ value, id: '0'.repeat(36) }).length).to.be.lessThan(900);
    }
  });
});
