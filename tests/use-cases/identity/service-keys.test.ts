import { expect } from 'chai';
import { after, DAY, MINUTE, SECOND } from '../../../src/kernel/instant.ts';
import type { Identity, ServiceKeyDraft } from '../../../src/identity/index.ts';
import { identityPolicy } from '../../../src/identity/index.ts';
import { HOME, identityWorld, refusalOf, type IdentityWorld } from '../../world/identity.ts';
import { openers } from '../../world/stores.ts';
import { nextId, NOW } from '../../world/subscriptions.ts';
import { told } from '../../world/told-identity.ts';

const { address } = HOME;
const actor = { kind: 'account', accountId: nextId(), sessionId: nextId(), isAdmin: true } as const;
const DRAFT: ServiceKeyDraft = { name: 'Bridge', scopes: ['usage:write'], expiresAt: null };

const create = ({ identity }: Pick<IdentityWorld, 'identity'>, changes: Partial<ServiceKeyDraft> = {}) =>
  identity.createServiceKey({ actor, address, draft: { ...DRAFT, ...changes } });

/** What lives under a key's text. */
async function alive(identity: Identity, key: string) {
  const [found] = await identity.serviceKeysAlive([identity.serviceKeyDigest(key) ?? '']);
  return found;
}

describe('a service key of identity', () => {
  let world: IdentityWorld;
  let events: Awaited<ReturnType<typeof told>>['events'];
  beforeEach(async () => {
    ({ world, events } = await told('optional'));
  });

  it('is told once, and opens what its scopes say', async () => {
    const { serviceKey, key } = await create(world);
    expect(serviceKey).to.include({ name: 'Bridge', createdBy: actor.accountId, createdAt: NOW });
    expect(key.startsWith(serviceKey.prefix)).to.equal(true);
    expect(await alive(world.identity, key))
      .to.include({ id: serviceKey.id })
      .and.to.deep.include({
        scopes: ['usage:write'],
      });
    const shown = await world.identity.findServiceKey(serviceKey.id);
    expect(shown).to.deep.equal(serviceKey);
    expect(JSON.stringify([shown, await world.identity.listServiceKeys({ limit: 9 })])).to.not.contain(key);
  });

  it('is made and revoked with an event and a line in the audit log, neither of which knows it', async () => {
    const { serviceKey, key } = await create(world);
    await world.identity.revokeServiceKey({ actor, address, id: serviceKey.id });
    expect(events().map(({ type, accountId, subjectId }) => [type, accountId, subjectId])).to.deep.equal([
      ['identity.service-key-created', null, serviceKey.id],
      ['identity.service-key-revoked', null, serviceKey.id],
    ]);
    const { items } = await world.identity.listAudit({ limit: 9 }, { accountId: null });
    expect(items.map(({ action }) => action).sort()).to.deep.equal([
      'service-key.created',
      'service-key.revoked',
    ]);
    for (const entry of items)
      expect(entry).to.include({
        actor: `account:${actor.accountId}`,
        object: `service-key:${serviceKey.id}`,
        accountId: null,
        address,
      });
    const secret = key.slice(serviceKey.prefix.length);
    expect(JSON.stringify([events(), items]))
      .to.not.contain(secret)
      .and.not.contain(serviceKey.digest);
  });

  it('is refused with what is wrong with it, and leaves nothing behind', async () => {
    for (const changes of [{ name: ' ' }, { scopes: [] }, { expiresAt: NOW }])
      expect(await refusalOf(create(world, changes))).to.equal('request.invalid');
    expect((await world.identity.listServiceKeys({ limit: 9 })).items).to.deep.equal([]);
    expect(events()).to.deep.equal([]);
  });

  it('is revoked once; it is shown still, and listed no more', async () => {
    const { serviceKey, key } = await create(world);
    const revoke = (id: string) => world.identity.revokeServiceKey({ actor, address, id });
    await revoke(serviceKey.id);
    expect(await alive(world.identity, key)).to.equal(undefined);
    for (const id of [serviceKey.id, nextId(), 'nonsense'])
      expect(await refusalOf(revoke(id)), id).to.equal('request.not-found');
    expect(await world.identity.findServiceKey(serviceKey.id)).to.include({ revokedAt: NOW });
    expect((await world.identity.listServiceKeys({ limit: 9 })).items).to.deep.equal([]);
    expect(events()).to.have.length(2);
    for (const id of [nextId(), 'nonsense'])
      expect(await refusalOf(world.identity.findServiceKey(id)), id).to.equal('request.not-found');
  });

  it('ends by the system’s time, whatever becomes of the world’s', async () => {
    const { key } = await create(world, { expiresAt: after(NOW, DAY) });
    world.clock.advance(9 * DAY);
    expect(await alive(world.identity, key)).to.include({ expiresAt: after(NOW, DAY) });
    world.systemClock.advance(DAY);
    expect(await alive(world.identity, key)).to.equal(undefined);
  });

  it('notes its use once a minute, and writes nothing between', async () => {
    const { serviceKey, key } = await create(world);
    const use = async (): Promise<void> => {
      const found = await alive(world.identity, key);
      if (found) await world.identity.noteServiceKeyUse([found]);
    };
    const lastUsedAt = async () => (await world.identity.findServiceKey(serviceKey.id)).lastUsedAt;
    expect(await lastUsedAt()).to.equal(null);
    await use();
    expect(await lastUsedAt()).to.equal(NOW);
    world.systemClock.advance(MINUTE - SECOND);
    await use();
    expect(await lastUsedAt()).to.equal(NOW);
    world.systemClock.advance(SECOND);
    await use();
    expect(await lastUsedAt()).to.equal(after(NOW, MINUTE));
  });
});

describe('the number of service keys', () => {
  it('is bounded; what was revoked or has expired makes room', async () => {
    const { unitOfWork } = await openers.memory();
    const policy = { serviceKeys: { ...identityPolicy.serviceKeys, max: 2 } };
    const forgotten: string[] = [];
    const world = identityWorld(unitOfWork, policy, {
      serviceKeyMemory: { forget: (digest) => forgotten.push(digest) },
    });
    const [first] = [await create(world), await create(world, { expiresAt: after(NOW, DAY) })];
    const refused: unknown = await create(world).catch((error: unknown) => error);
    expect(refused).to.deep.include({ code: 'identity.too-many-service-keys', details: { limit: 2 } });
    await world.identity.revokeServiceKey({ actor, address, id: first.serviceKey.id });
    expect(forgotten).to.deep.equal([first.serviceKey.digest]);
    await create(world);
    expect(await refusalOf(create(world))).to.equal('identity.too-many-service-keys');
    world.systemClock.advance(DAY);
    await create(world);
  });
});
