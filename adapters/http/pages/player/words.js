/** What the page says: refusals as people understand them, with what can be done about each. */

/** @typedef {import('./rest.js').Refusal} Refusal */

/**
 * @typedef {'sign-in' | 'plans' | 'other-plans' | 'devices' | 'again' | 'leave' | 'nothing'} Remedy
 * @typedef {{ readonly text: string, readonly remedy: Remedy }} Said
 */

/**
 * @param {string} text
 * @param {Remedy} remedy
 * @returns {Said}
 */
const said = (text, remedy) => ({ text, remedy });

/** Why a title is locked: `locked_reason`, and `reason` of a refusal. @type {Record<string, Said>} */
const REASONS = {
  sign_in_required: said('Sign in to watch this.', 'sign-in'),
  no_subscription: said('You need a subscription to watch this.', 'plans'),
  tier_too_low: said('Your plan does not include this title. These do:', 'other-plans'),
  not_in_plan: said('Your plan does not include this title. These do:', 'other-plans'),
  ended: said('Your subscription has ended. Subscribe again to go on watching.', 'plans'),
  past_due_grace_over: said('Your last payment did not go through, so your subscription rests.', 'nothing'),
  paused: said('Your subscription is paused. Resume it to watch this.', 'nothing'),
  not_started: said('Your subscription has not begun yet. It is not long now.', 'nothing'),
  suspended: said('Your account is suspended.', 'nothing'),
  unverified: said('Confirm your e-mail address first: the code is in your inbox.', 'nothing'),
  not_published: said('This title is not published yet.', 'leave'),
  not_ready: said('This title is being prepared. It will be here in a few minutes.', 'again'),
};

/** Why a stream was ended by somebody. @type {Record<string, Said>} */
const ENDS = {
  same_device: said('This device started to play something else, in another window perhaps.', 'again'),
  limit_lowered: said('Your plan now has fewer screens, and this one was the newest.', 'again'),
  access_lost: said('Your subscription no longer covers this title, so it stopped.', 'again'),
  account_closed: said('This account was closed or suspended.', 'nothing'),
};

/** @type {Record<string, Said>} */
const CODES = {
  network: said('No connection. Check it and try again.', 'again'),
  'playback.sign-in-required': said('Sign in to watch this.', 'sign-in'),
  'request.unauthenticated': said('You are signed out. Sign in to go on.', 'sign-in'),
  'playback.media-not-ready': said('This title is being prepared. Try again in a few minutes.', 'again'),
  'playback.session-expired': said(
    'This was paused or silent for too long, and its seat was given up.',
    'again',
  ),
  'playback.session-stopped': said('This stream was stopped.', 'again'),
  'media.ticket-expired': said('This stream ran for as long as it may.', 'again'),
  'billing.payment-declined': said('The payment was declined. Nothing was charged.', 'nothing'),
  'request.not-found': said('There is no such title, or it is not for you.', 'leave'),
  'identity.wrong-credentials': said('E-mail or password are not right.', 'again'),
  'identity.email-not-verified': said(
    'Confirm your e-mail address first: the code is in your inbox.',
    'nothing',
  ),
  'identity.account-suspended': said('This account is suspended.', 'nothing'),
};

/** @param {string | null} reason */
export const reasonSaid = (reason) =>
  REASONS[reason ?? ''] ?? said('You cannot watch this at the moment.', 'again');

/** @param {Refusal} refusal @returns {Said} */
export function refusalSaid(refusal) {
  const { code, members, status, wait } = refusal;
  if (code === 'playback.tier-too-low') return reasonSaid(String(members['reason']));
  if (code === 'playback.terminated') return endSaid(members['terminated_by'] ?? {});
  if (code === 'playback.stream-limit-reached') return said(limitSaid(Number(members['limit'])), 'devices');
  const known = CODES[code];
  if (known) return known;
  const later = wait > 0 ? `Try again in ${durationSaid(wait)}.` : 'Try again in a moment.';
  if (status === 429) return said(`That was too much at once. ${later}`, 'again');
  if (status >= 500) return said(`The service is busy. ${later}`, 'again');
  return said(refusal.message, 'again');
}

/** @param {{ reason?: string, device_name?: string | null }} by */
function endSaid({ reason = '', device_name: device }) {
  if (reason === 'other_device')
    return said(`Ended from “${device ?? 'another device'}”, which plays now.`, 'again');
  return ENDS[reason] ?? said('This stream was ended from elsewhere.', 'again');
}

/** @param {number} limit */
const limitSaid = (limit) =>
  limit === 1
    ? 'Your plan has one screen, and it is taken. End it and watch here:'
    : `All ${limit} screens of your plan are taken. End one and watch here:`;

/** @param {number} seconds */
export function durationSaid(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A place in a title, as players write it. @param {number} seconds */
export function placeSaid(seconds) {
  const whole = Math.floor(seconds);
  const two = (/** @type {number} */ part) => String(part).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** @param {string} time RFC 3339. */
export const clockSaid = (time) =>
  new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }).format(new Date(time));

/** @param {string} time RFC 3339, in the past. */
export const agoSaid = (time) => `${durationSaid(Math.max(0, Date.now() - Date.parse(time)) / 1_000)} ago`;

/** @type {Record<string, string>} */
const LEVELS = { free: 'Free', basic: 'Basic', premium: 'Premium' };

/** @param {string} level */
export const levelSaid = (level) => LEVELS[level] ?? level;

/** @param {string} amount @param {string} currency */
export const priceSaid = (amount, currency) =>
  new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(Number(amount));
