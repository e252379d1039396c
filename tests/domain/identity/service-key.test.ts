import { expect } from 'chai';
import {
  isLiveKey,
  issueServiceKey,
  SERVICE_SCOPES,
  serviceKeyFault,
  type ServiceKeyDraft,
  type ServiceScope,
} from '../../../src/identity/service-key.ts';
import { after, DAY } from '../../../src/kernel/instant.ts';
import { NOW } from '../../world/subscriptions.ts';

const draft = (changes: Partial<ServiceKeyDraft> = {}): ServiceKeyDraft => ({
  name: 'Billing bridge',
  scopes: SERVICE_SCOPES,
  expiresAt: null,
  ...changes,
});

describe('a service key', () => {
  const faulty: readonly (readonly [string, Partial<ServiceKeyDraft>, string])[] = [
    ['an empty name', { name: '  ' }, '/name'],
    ['a name that is too long', { name: '🦀'.repeat(101) }, '/name'],
    ['no scope', { scopes: [] }, '/scopes'],
    ['a scope that there is not', { scopes: ['usage:write', 'admin' as ServiceScope] }, '/scopes/1'],
    ['an end in the past', { expiresAt: NOW }, '/expires_at'],
  ];
  for (const [what, changes, pointer] of faulty)
    it(`is not made with ${what}`, () => {
      expect(serviceKeyFault(draft(changes), NOW)).to.have.property('pointer', pointer);
    });

  it('is made with a name of a hundred characters, one scope, and an end to come', () => {
    const whole = draft({ name: '🦀'.repeat(100), scopes: ['usage:write'], expiresAt: after(NOW, 1) });
    expect(serviceKeyFault(whole, NOW)).to.equal(undefined);
  });

  it('keeps of itself its beginning and its digest, and each scope once', () => {
    const key = 'usk_0123456789';
    const given = draft({ name: ' Bridge ', scopes: ['usage:write', 'entitlements:read', 'usage:write'] });
    const issued = { id: 'id', key, digest: 'digest', createdBy: 'admin', now: NOW };
    expect(issueServiceKey(given, issued)).to.deep.equal({
      id: 'id',
      name: 'Bridge',
      scopes: ['usage:write', 'entitlements:read'],
      prefix: 'usk_012345',
      digest: 'digest',
      createdBy: 'admin',
      createdAt: NOW,
      lastUsedAt: null,
      expiresAt: null,
      revokedAt: null,
    });
  });

  it('lives until it is revoked or expires, to the millisecond', () => {
    const ends = after(NOW, DAY);
    expect(isLiveKey({ revokedAt: null, expiresAt: null }, after(NOW, 9_999 * DAY))).to.equal(true);
    expect(isLiveKey({ revokedAt: null, expiresAt: ends }, after(NOW, DAY - 1))).to.equal(true);
    expect(isLiveKey({ revokedAt: null, expiresAt: ends }, ends)).to.equal(false);
    expect(isLiveKey({ revokedAt: NOW, expiresAt: null }, NOW)).to.equal(false);
  });
});
