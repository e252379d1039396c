const BUSY = 'every password that is being checked has its place taken: tests/http/attack and adapters';
const RESUMABLE = 'tests/use-cases/catalog/resumable-uploads.test.ts, and -ends';
const UPLOADS = 'tests/use-cases/catalog/uploads.test.ts';
const REMOTE = 'tests/use-cases/catalog/remote.test.ts';
const TWO_COLLECTORS =
  'Stripe begins a subscription while a payment of ours is under way: tests/use-cases/subscriptions';

const slots = (code: string, names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ['/videos', '/musics'].flatMap((path) =>
      names.map((slot) => [`put ${path}/{id}/${slot} catalog.${code}`, UPLOADS]),
    ),
  );

/** Refusals, by `method path code`, that clients cannot provoke one after another; and where they are seen. */
export const MET_ELSEWHERE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'post /accounts/register',
      'post /accounts/login',
      'post /token',
      'post /accounts/reset-password',
      'delete /accounts/me',
      'put /accounts/me/picture',
      'post /accounts/change-password',
    ].map((route) => [`${route} service.busy`, BUSY]),
  ),
  'post /accounts/login identity.email-not-verified': 'EMAIL_VERIFICATION=required: identity.test.ts',
  'post /token identity.email-not-verified': 'the handler of /accounts/login: identity.test.ts',
  'post /admin/clock/advance request.not-found': 'CLOCK=system: operations.test.ts',
  'post /playback/sessions playback.media-not-ready': 'tests/use-cases/playback/start.test.ts',
  'post /subscriptions/renew subscriptions.already-active': TWO_COLLECTORS,
  'post /subscriptions/change subscriptions.already-active': TWO_COLLECTORS,
  'post /subscriptions/resume subscriptions.already-active': TWO_COLLECTORS,
  'post /uploads catalog.upload-ended': RESUMABLE,
  'post /uploads catalog.storage-full': RESUMABLE,
  'post /uploads catalog.too-many-uploads': 'tests/http/upload-refusals.test.ts',
  ...Object.fromEntries(
    ['unsupported-media', 'upload-truncated', 'storage-full'].map((code) => [
      `get /uploads/{id} catalog.${code}`,
      RESUMABLE,
    ]),
  ),
  ...Object.fromEntries(
    ['upload-taken-over', 'upload-torn', 'upload-truncated', 'storage-full'].map((code) => [
      `patch /uploads/{id} catalog.${code}`,
      RESUMABLE,
    ]),
  ),
  ...slots('upload-too-large', ['media', 'trailer']),
  ...slots('upload-superseded', ['media', 'trailer', 'poster']),
  'post /videos/{id}/media/direct-upload catalog.upload-superseded': REMOTE,
  'post /musics/{id}/media/direct-upload catalog.upload-superseded': REMOTE,
  ...slots('storage-full', ['media', 'trailer', 'poster']),
};
