export type Refused = readonly [status: number, code: string, members: object, wait: string];

const tier = (reason: string): Refused => [403, 'playback.tier-too-low', { reason }, ''];
const ended = (reason: string): Refused => [410, 'playback.terminated', { terminated_by: { reason } }, ''];

/** What the service says, what people read, and the buttons below it. */
export const REFUSALS: readonly (readonly [Refused, text: string, remedy: readonly string[]])[] = [
  [[401, 'playback.sign-in-required', {}, ''], 'Sign in to watch this.', ['Sign in']],
  [tier('paused'), 'Your subscription is paused.', []],
  [tier('past_due_grace_over'), 'Your last payment did not go through', []],
  [tier('suspended'), 'Your account is suspended.', []],
  [[409, 'playback.media-not-ready', {}, ''], 'This title is being prepared.', ['Try again']],
  [[410, 'playback.session-expired', {}, ''], 'paused or silent for too long', ['Try again']],
  [ended('same_device'), 'This device started to play something else', ['Try again']],
  [ended('limit_lowered'), 'Your plan now has fewer screens', ['Try again']],
  [[429, 'request.rate-limited', {}, '7'], 'That was too much at once. Try again in 7 s.', ['Try again']],
  [[503, 'service.busy', {}, ''], 'The service is busy. Try again in a moment.', ['Try again']],
  [[404, 'request.not-found', {}, ''], 'There is no such title, or it is not for you.', []],
  [[418, 'request.teapot', {}, ''], 'In other words.', ['Try again']],
];
