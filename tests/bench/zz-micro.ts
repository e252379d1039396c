import { CONNECTIONS } from '../../adapters/composition/keys.ts';
import { readFile } from 'node:fs/promises';
import { startUsher } from '../world/usher.ts';
import { tearDown } from '../world/teardown.ts';
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
const CLIP = new URL('../../adapters/media/samples/test-pattern.mp4', import.meta.url);
const store = (process.argv[2] ?? 'SQLite') as 'SQLite';
const world = await startUsher(store);
const admin = await world.admin();
const plan = await admin.post('/subscriptions/plans', { code: 'standard', name: 'S', description: '', price: '9.99', currency: 'USD', validity_days: 30, access_level: 'premium', max_devices_allowed: 1, resolution: '1080p' });
const title = await admin.post('/videos', { title: 'Clip', access_level: 'premium', visibility: 'public', duration_seconds: 7200 });
await admin.upload(`/videos/${title.body['id']}/media`, await readFile(CLIP), 'video/mp4');
await admin.post(`/videos/${title.body['id']}/publish`);
const beats: any[] = [];
for (let i = 0; i < 50; i++) {
  const p = await world.person();
  await p.post('/payments', { plan_id: plan.body['id'] });
  const s = await p.post('/playback/sessions', { title_id: title.body['id'], device_id: 'd' });
  beats.push({ actor: { kind: 'account', accountId: p.accountId, sessionId: 'x', isAdmin: false }, token: null, streamId: s.body['id'], state: 'playing' });
}
let seq = 0;
const round = async () => { seq++; return world.faces.playback.recordBeats(beats.map((b) => ({ ...b, seq, positionSeconds: seq % 7000 }))); };
for (let i = 0; i < 50; i++) await round();

const t = performance.now(); const N = +(process.env.N ?? 200);
for (let i = 0; i < N; i++) await round();
const ms = (performance.now() - t) / N;

console.log(`recordBeats(50): ${ms.toFixed(2)} ms, ${(ms * 20).toFixed(1)} µs each`);
{ const c = world.usher.get(CONNECTIONS)!; const log: [string, number, number][] = []; const started = new Map<string, number>();
c.writer.on('query', (q: any) => started.set(q.__knexQueryUid, performance.now()));
c.writer.on('query-response', (_r: any, q: any) => log.push([q.sql.slice(0, 60), started.get(q.__knexQueryUid)!, performance.now()]));
const t0 = performance.now(); await round(); const t1 = performance.now();
console.log('total', (t1 - t0).toFixed(2)); for (const [sql, a, b] of log) console.log((a - t0).toFixed(2), (b - a).toFixed(2), sql); }
{ const t = performance.now(); for (let i = 0; i < N; i++) await Promise.all(beats.map((b) => world.faces.entitlements.one(b.actor.accountId, 'max_devices'))); console.log('access x50', ((performance.now() - t) / N).toFixed(2), 'ms'); }
{ const t = performance.now(); for (let i = 0; i < N; i++) await Promise.all(beats.map((b) => world.faces.catalog.showTitle({ id: title.body['id'] as string, kind: 'video', viewer: { accountId: b.actor.accountId, isAdmin: false } }))); console.log('title x50', ((performance.now() - t) / N).toFixed(2), 'ms'); }
{ const t = performance.now(); for (let i = 0; i < N; i++) await world.faces.subscriptions.listPlans({ limit: 20 }); console.log('plans x1', ((performance.now() - t) / N).toFixed(2), 'ms'); }
await world.stop(); await tearDown();
process.exit(0);
