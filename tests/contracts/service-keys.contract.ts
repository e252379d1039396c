import { expect } from 'chai';
import { after, DAY, HOUR, MINUTE, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { IdentityStores } from '../../src/identity/ports.ts';
import type { ServiceKey } from '../../src/identity/service-key.ts';
import { serviceKey } from '../world/accounts.ts';
import { nextId, NOW } from '../world/subscriptions.ts';
import type { Open } from './contract.ts';
import { firstError } from './identity.contract.ts';

export function serviceKeysContract(open: Open<IdentityStores>): void {
  let unitOfWork: UnitOfWork<IdentityStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (...all: readonly ServiceKey[]): Promise<void> =>
    unitOfWork.run(async ({ serviceKeys }) => {
      for (const each of all) await serviceKeys.add(each);
    });
  const find = (id: string): Promise<ServiceKey | undefined> =>
    unitOfWork.read(({ serviceKeys }) => serviceKeys.find(id));
  const revoke = (id: string, now: Instant = NOW): Promise<boolean> =>
    unitOfWork.run(({ serviceKeys }) => serviceKeys.revoke(id, now));

  it('gives back what was added, to the last field', async () => {
    const made = serviceKey({
      name: 'Büro ✨',
      scopes: ['usage:write'],
      expiresAt: after(NOW, DAY),
      lastUsedAt: after(NOW, 1),
    });
    await add(made);
    expect(await find(made.id)).to.deep.equal(made);
    expect(await find(nextId())).to.equal(undefined);
  });

  it('takes a digest once: the same again is a lost race', async () => {
    const made = serviceKey();
    await add(made);
    const again = await firstError(unitOfWork, ({ serviceKeys }) =>
      serviceKeys.add(serviceKey({ digest: made.digest })),
    );
    expect(again).to.not.equal(undefined);
    expect((await unitOfWork.read(({ serviceKeys }) => serviceKeys.list({ limit: 9 }))).items).to.deep.equal([
      made,
    ]);
  });

  it('lists newest first, page by page, without the revoked', async () => {
    const [first, second, third] = [1, 2, 3].map((hour) =>
      serviceKey({ createdAt: after(NOW, hour * HOUR), expiresAt: hour === 2 ? NOW : null }),
    ) as [ServiceKey, ServiceKey, ServiceKey];
    const gone = serviceKey({ createdAt: after(NOW, DAY) });
    await add(second, gone, third, first);
    await revoke(gone.id);
    const page = await unitOfWork.read(({ serviceKeys }) => serviceKeys.list({ limit: 2 }));
    expect(page.items).to.deep.equal([third, second]);
    const cursor = page.nextCursor ?? undefined;
    const rest = await unitOfWork.read(({ serviceKeys }) => serviceKeys.list({ limit: 2, cursor }));
    expect(rest).to.deep.equal({ items: [first], nextCursor: null });
  });

  it('counts those that are neither revoked nor expired', async () => {
    const [live, expiring, gone] = [serviceKey(), serviceKey({ expiresAt: after(NOW, 1) }), serviceKey()];
    await add(live, expiring, gone);
    await revoke(gone.id);
    const count = (now: Instant): Promise<number> =>
      unitOfWork.read(({ serviceKeys }) => serviceKeys.countLive(now));
    expect(await count(NOW)).to.equal(2);
    expect(await count(after(NOW, 1))).to.equal(1);
  });

  it('revokes once, and tells who did it', async () => {
    const made = serviceKey();
    await add(made);
    const revoked = await Promise.all([1, 2, 3, 4].map((at) => revoke(made.id, after(NOW, at))));
    expect(revoked.filter(Boolean)).to.have.length(1);
    const at = after(NOW, revoked.indexOf(true) + 1);
    expect(await find(made.id)).to.deep.equal({ ...made, revokedAt: at });
    expect(await revoke(nextId())).to.equal(false);
  });

  it('tells which digests live, in the order asked', async () => {
    const expiring = serviceKey({ scopes: ['usage:write'], expiresAt: after(NOW, 1), lastUsedAt: NOW });
    const [live, gone] = [serviceKey(), serviceKey()];
    await add(live, expiring, gone);
    await revoke(gone.id);
    const digests = [gone.digest, expiring.digest, 'unknown', live.digest, live.digest];
    const alive = (now: Instant, of: readonly string[] = digests) =>
      unitOfWork.read(({ serviceKeys }) => serviceKeys.alive(of, now));
    const shown = ({ id, scopes, expiresAt, lastUsedAt }: ServiceKey) => {
      return { id, scopes, expiresAt, lastUsedAt };
    };
    expect(await alive(NOW)).to.deep.equal([
      ...[undefined, shown(expiring), undefined],
      ...[shown(live), shown(live)],
    ]);
    expect((await alive(after(NOW, 1)))[1]).to.equal(undefined);
    expect(await alive(NOW, [])).to.deep.equal([]);
  });

  it('notes a use where the last one is old enough, and nowhere else', async () => {
    const used = (lastUsedAt: Instant | null): ServiceKey => serviceKey({ lastUsedAt });
    const [never, long, just, other] = [used(null), used(NOW), used(after(NOW, 1)), used(null)] as const;
    await add(never, long, just, other);
    const now = after(NOW, MINUTE);
    const ids = [never.id, long.id, just.id, nextId()];
    await unitOfWork.single(({ serviceKeys }) => serviceKeys.noteUse(ids, now, MINUTE));
    const lastUsed = async ({ id }: ServiceKey) => (await find(id))?.lastUsedAt;
    expect(await Promise.all([never, long, just, other].map(lastUsed))).to.deep.equal([
      ...[now, now],
      ...[after(NOW, 1), null],
    ]);
  });
}
