import { onChange, restore, send, whoIsIn } from './account.js';
import { showShelf } from './cards.js';
import { found, made } from './elements.js';
import { createNotice } from './notice.js';
import { Refusal } from './rest.js';
import { createScreen } from './screen.js';
import { askToSignIn } from './sign-in.js';
import { keepAlive, start } from './stream.js';
import { durationSaid, levelSaid, placeSaid, reasonSaid } from './words.js';

/** `/watch/{title}`: one title and its player. */

const main = found('main', HTMLElement);
const titleId = main.dataset['title'] ?? '';
const stage = found('stage', HTMLElement);
const video = found('video', HTMLVideoElement);
const play = found('play', HTMLButtonElement);
const playLabel = found('play-label', HTMLElement);
const quality = found('quality', HTMLElement);
const levels = found('levels', HTMLSelectElement);

/** @type {import('./cards.js').Title | undefined} */
let title;
/** @type {{ stream: ReturnType<typeof keepAlive>, started: import('./stream.js').Started } | undefined} */
let running;
let isStarting = false;

const notice = createNotice(found('notice', HTMLElement), {
  again: () => void begin([]),
  endAndBegin: (code) => void begin([code]),
  signIn: () => void signInAndBegin(),
});

const screen = createScreen(video, {
  offer: (offered) => {
    quality.hidden = offered.length < 2;
    levels.replaceChildren(
      made('option', { value: -1, text: 'Auto' }),
      ...[...offered]
        .reverse()
        .map(({ index, lines }) => made('option', { value: index, text: `${lines}p` })),
    );
  },
  shows: (lines) => {
    const auto = levels.options[0];
    if (auto) auto.textContent = screen.isAutomatic ? `Auto (${lines}p)` : 'Auto';
  },
  refused: (status) => void mediaRefused(status),
});
levels.addEventListener('change', () => screen.choose(Number(levels.value)));

/** The dialog is where the button leads then, rather than a refusal that names it. */
const isForWhoeverSignsIn = () => title?.locked_reason === 'sign_in_required' && whoIsIn() === null;

async function signInAndBegin() {
  if (await askToSignIn()) await begin([]);
}

/** The media was refused; why is known to the stream's next report, which may also say that all is well. */
async function mediaRefused(/** @type {number} */ status) {
  const asked = running;
  if (!asked) return;
  await asked.stream.report();
  if (running !== asked) return;
  // It lives, so that what was refused is a size that a smaller plan no longer covers: a new list has the others.
  if (status === 403) await screen.show(asked.started.manifest_url, video.currentTime);
  else notice.say('The picture does not come through. Trying again …');
}

const where = () => ({ seconds: Math.round(video.currentTime * 1_000) / 1_000, isPaused: video.paused });

/** @param {readonly string[]} terminate */
async function begin(terminate) {
  if (isStarting) return;
  isStarting = true;
  play.disabled = true;
  leave();
  notice.clear();
  try {
    const started = await start(titleId, terminate);
    const stream = keepAlive(started, { where, cut, troubled: (refusal) => notice.trouble(refusal) });
    running = { stream, started };
    stage.dataset['state'] = 'running';
    video.controls = true;
    video.tabIndex = 0;
    play.hidden = true;
    const { resume_position_seconds: at } = started;
    if (at > 0) notice.say(`Goes on at ${placeSaid(at)}.`);
    await screen.show(started.manifest_url, at);
    video.focus();
    // A browser may want a click of its own for sound: the controls are there for it.
    await video.play().catch(() => null);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refused(error);
  } finally {
    isStarting = false;
    play.disabled = false;
  }
}

/** @param {Refusal} refusal */
function refused(refusal) {
  notice.refuse(refusal, { level: title?.access_level ?? 'free' });
}

/** Back to the poster. */
function rest(/** @type {string} */ label) {
  running = undefined;
  screen.clear();
  stage.dataset['state'] = 'resting';
  video.controls = false;
  video.tabIndex = -1;
  playLabel.textContent = label;
  play.hidden = !title;
}

/** @param {Refusal} refusal */
function cut(refusal) {
  rest('Play');
  refused(refusal);
}

/** Frees the seat, with the position. */
function leave() {
  running?.stream.stop();
  rest('Play');
}

for (const event of ['play', 'pause', 'seeked'])
  video.addEventListener(event, () => void running?.stream.report());
video.addEventListener('playing', () => notice.clear('passing'));
video.addEventListener('ended', () => {
  running?.stream.stop();
  rest('Play again');
  void showShelf();
});
play.addEventListener('click', () => void (isForWhoeverSignsIn() ? signInAndBegin() : begin([])));
// A page that is left frees its seat at once; one that is come back to from the browser's memory starts anew.
addEventListener('pagehide', leave);
// Where it was silent meanwhile, it learns at once what became of it.
addEventListener('online', () => void running?.stream.report());
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void running?.stream.report();
});

/** @param {import('./cards.js').Title} shown */
function describe(shown) {
  title = shown;
  document.title = `${shown.title} · Usher`;
  found('name', HTMLElement).textContent = shown.title;
  found('description', HTMLElement).textContent = shown.description;
  const facts = [
    shown.kind === 'music' ? 'Music' : 'Video',
    ...(shown.release_year === null ? [] : [String(shown.release_year)]),
    ...(shown.duration_seconds === null ? [] : [durationSaid(shown.duration_seconds)]),
    ...shown.genres.map(({ name }) => name),
  ];
  found('facts', HTMLElement).replaceChildren(
    made('span', {
      class: `badge ${shown.can_stream ? 'open' : 'locked'}`,
      text: levelSaid(shown.access_level),
    }),
    facts.join(' · '),
  );
  stage.dataset['kind'] = shown.kind;
  if (shown.poster_url !== null) video.poster = shown.poster_url;
  video.setAttribute('aria-label', shown.title);
  stage.hidden = false;
  if (running) return;
  play.hidden = false;
  playLabel.textContent = isForWhoeverSignsIn() ? 'Sign in to watch' : 'Play';
  if (shown.can_stream) notice.clear();
  else notice.tell(reasonSaid(shown.locked_reason), { level: shown.access_level });
}

/** Asks for the title as whoever is in may see it now. */
async function look() {
  try {
    describe(await send('GET', `titles/${encodeURIComponent(titleId)}`));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    title = undefined;
    leave();
    stage.hidden = true;
    found('name', HTMLElement).textContent = error.status === 404 ? 'Not found' : 'Not now';
    // A title that is not public may be there for whoever signs in.
    notice.refuse(error, { level: 'free', orSignIn: error.status === 404 && whoIsIn() === null });
  }
}

onChange(() => {
  // Somebody else's stream does not go on.
  if (running && whoIsIn() === null) leave();
  void Promise.all([look(), showShelf()]).then(() => main.setAttribute('aria-busy', 'false'));
});
await restore();
