import { beforeSignOut, onChange, restore, send, whoIsIn } from './account.js';
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
/** @type {{ stream: ReturnType<typeof keepAlive>, as: string | undefined } | undefined} */
let running;
let isStarting = false;
/** The seat that is being taken, or was last. @type {Promise<unknown>} */
let taking = Promise.resolve();
/** When media that was refused had the stream started anew. */
let renewedAt = -Infinity;
/** More often than so it is no smaller plan or old ticket, but something that does not get better. */
const RENEWAL_MS = 30_000;

const notice = createNotice(found('notice', HTMLElement), {
  again: () => void (title ? begin([]) : look()),
  endAndBegin: (code) => void begin([code]),
  signIn: () => void signInAndBegin(),
  bought: () => void begin([]).then(look),
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
  refused: () => void mediaRefused(),
  waiting: () => notice.wait(),
});
levels.addEventListener('change', () => screen.choose(Number(levels.value)));

/** The dialog is where the button leads then, rather than a refusal that names it. */
const isForWhoeverSignsIn = () => title?.locked_reason === 'sign_in_required' && whoIsIn() === null;

async function signInAndBegin() {
  if (await askToSignIn()) await begin([]);
}

/**
 * The media was refused. Why is known to the stream's next report; should that be none the wiser, the stream lives, and
 * a new one has what it may have now: the sizes of a smaller plan, a ticket that lasts.
 */
async function mediaRefused() {
  const asked = running;
  if (!asked) return;
  await asked.stream.report();
  if (running !== asked || isStarting) return;
  if (performance.now() - renewedAt > RENEWAL_MS) {
    renewedAt = performance.now();
    await begin([]);
  } else {
    void leave();
    notice.answer({ text: 'The picture does not come through.', remedy: 'again' }, context());
  }
}

const context = () => ({ level: title?.access_level ?? 'free' });

/** Where the stream goes on, until there is a picture of that place: before it, the element stands at 0. */
let awaited = 0;

const where = () => ({
  seconds: awaited || Math.round(video.currentTime * 1_000) / 1_000,
  isPaused: video.paused,
});

/** @param {readonly string[]} terminate */
async function begin(terminate) {
  if (isStarting) return;
  isStarting = true;
  play.disabled = true;
  void leave();
  notice.clear();
  try {
    const seat = start(titleId, terminate);
    taking = seat.catch(() => null);
    const started = await seat;
    const stream = keepAlive(started, { where, cut, troubled: notice.trouble, well: notice.pass });
    running = { stream, as: whoIsIn()?.id };
    stage.dataset['state'] = 'running';
    video.controls = true;
    video.tabIndex = 0;
    play.hidden = true;
    const { resume_position_seconds: at } = started;
    awaited = at;
    if (at > 0) notice.mention(`Goes on at ${placeSaid(at)}.`);
    await screen.show(started.manifest_url, at);
    video.focus();
    // A browser may want a click of its own for sound: the controls are there for it.
    video.play().catch(() => null);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refused(error);
  } finally {
    isStarting = false;
    play.disabled = false;
    // What was learnt of the title meanwhile was not shown.
    if (!running) rest();
  }
}

/** @param {Refusal} refusal */
const refused = (refusal) => notice.refuse(refusal, context());

/** Back to the poster. */
function rest(label = isForWhoeverSignsIn() ? 'Sign in to watch' : 'Play') {
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
  rest();
  refused(refusal);
}

/** Frees the seat, with the position. */
async function leave() {
  const stopped = running?.stream.stop();
  rest();
  await stopped;
}

// There is a picture, or somebody went elsewhere before there was one.
for (const event of ['playing', 'seeked']) video.addEventListener(event, () => (awaited = 0));
for (const event of ['play', 'pause', 'seeked']) video.addEventListener(event, () => running?.stream.touch());
// Something came through.
for (const event of ['playing', 'progress']) video.addEventListener(event, notice.pass);
video.addEventListener('ended', () => {
  void running?.stream.stop();
  rest('Play again');
  void showShelf();
});
play.addEventListener('click', () => void (isForWhoeverSignsIn() ? signInAndBegin() : begin([])));
// A page that is left frees its seat at once; one that is come back to from the browser's memory starts anew.
addEventListener('pagehide', () => void leave());
// What is only being taken is waited for: nobody could give it back for somebody who has signed out.
beforeSignOut(async () => {
  await taking;
  await leave();
});
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
  if (running || isStarting) return;
  rest();
  notice.stand(shown.can_stream ? null : reasonSaid(shown.locked_reason), context());
}

/** Asks for the title as whoever is in may see it now. */
async function look() {
  try {
    describe(await send('GET', `titles/${encodeURIComponent(titleId)}`));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    title = undefined;
    void leave();
    stage.hidden = true;
    found('name', HTMLElement).textContent = error.status === 404 ? 'Not found' : 'Not now';
    // A title that is not public may be there for whoever signs in.
    notice.refuse(error, { level: 'free', orSignIn: error.status === 404 && whoIsIn() === null });
  }
}

onChange(() => {
  // Somebody else's stream does not go on, and what was answered was answered to somebody else.
  if (running && running.as !== whoIsIn()?.id) void leave();
  if (!running) notice.clear();
  void Promise.all([look(), showShelf()]).then(() => main.setAttribute('aria-busy', 'false'));
});
await restore();
