import { expect } from 'chai';
import { eventually } from '../world/eventually.ts';
import { figure } from '../world/figures.ts';
import { expected } from '../world/house.ts';
import { REFUSALS, type Refused } from './refusals.ts';
import { openScreening, type Screening } from './screening.ts';
import type { Seat } from './seat.ts';

describe('the player page in a real browser', function () {
  this.timeout(90_000);
  let screening: Screening;
  before(async () => {
    screening = await openScreening();
  });
  after(() => screening?.close());
  const seats: Seat[] = [];
  const sit: Screening['sit'] = async (...at) => {
    const seat = await screening.sit(...at);
    seats.push(seat);
    return seat;
  };
  afterEach(async () => {
    await screening.clear();
    expect(seats.splice(0).flatMap(({ faults }) => faults)).to.deep.equal([]);
  });

  it('signs in, plays, and switches renditions', async () => {
    const seat = await sit();
    expect(await seat.text('h1')).to.equal('The Moving Square');
    expect(await seat.text('#notice')).to.include('Sign in to watch this.');
    await seat.watch(await screening.viewer());
    expect((await seat.picture()).lines).to.be.greaterThan(0);
    expect((await seat.levels()).slice(1)).to.deep.equal(['720p', '480p']);
    for (const lines of [720, 480]) {
      await seat.choose(`${lines}p`);
      await seat.shows(lines);
      await seat.moves();
    }
  });

  it('offers nothing above a plan’s 480 lines, and is refused it by its address', async () => {
    const seat = await sit();
    await seat.watch(await screening.viewer({ resolution: '480p' }));
    expect(await seat.levels()).to.deep.equal([]);
    expect((await seat.picture()).lines).to.equal(480);
    expect(await seat.ask('480p/index.m3u8')).to.equal(200);
    for (const part of ['720p/index.m3u8', '720p/init.mp4', '720p/seg-00000.m4s'])
      expect(await seat.ask(part), part).to.equal(403);
  });

  it('goes on, on another device, where the first one stopped', async () => {
    const viewer = await screening.viewer({ max_devices_allowed: 1 });
    const first = await sit('Chrome');
    await first.watch(viewer);
    await first.seek(17);
    const stopped = await first.pause();
    // Walking on to another page frees the only seat.
    await first.visit(`${screening.world.base}/watch`);
    expect(await first.text('#shelf')).to.match(/Continue watching\s+The Moving Square\s+at 0:1[78]/);

    const second = await sit('Firefox');
    await second.watch(viewer);
    const { seconds } = await second.picture();
    expect(seconds - stopped, `from ${stopped}`).to.be.within(-0.1, 2);

    // Nor does leaving before there is a picture begin anew.
    await second.page.reload();
    await second.sees('h1', 'The Moving Square');
    await second.meets(/\.m4s$/, (request) => request.abort());
    const reported = second.page.waitForResponse((answer) => answer.url().endsWith('/heartbeat'));
    await second.play();
    await reported;
    await second.visit(`${screening.world.base}/watch`);
    expect(await second.text('#shelf')).to.match(/at 0:1[789]/);
  });

  it('says refusals in words, with what can be done', async () => {
    const seat = await sit();
    await seat.signIn(await screening.viewer());
    let refusal: Refused = [200, '', {}, ''];
    await seat.meets(/\/playback\/sessions$/, (request) => {
      const [status, code, members, wait] = refusal;
      const body = JSON.stringify({ status, code, detail: 'In other words.', ...members });
      return request.respond({ status, headers: wait === '' ? {} : { 'Retry-After': wait }, body });
    });
    for (const [given, text, remedy] of REFUSALS) {
      refusal = given;
      await seat.play();
      await seat.sees('#notice', text);
      expect(
        await seat.page.$$eval('#notice button', (all) => all.map((each) => each.innerText)),
      ).to.deep.equal(remedy);
    }
  });

  it('refuses a device too many in words, and ends the other one by a button', async () => {
    const viewer = await screening.viewer({ max_devices_allowed: 1 });
    const first = await sit('Chrome');
    await first.watch(viewer);
    const second = await sit('Firefox');
    await second.signIn(viewer);
    await second.play();
    await second.sees('#notice', 'Your plan has one screen, and it is taken.');
    await second.sees('.devices', /Chrome on Linux\s+The Moving Square\s+since .+, last seen \d+ s ago/);
    expect(await second.barriers()).to.deep.equal([]);
    await second.page.click('.devices button');
    await second.moves();
    // Left alone it hears of it by its next report; touched, at once.
    await first.pause();
    await first.sees('#notice', 'Ended from “Firefox on Linux”, which plays now.');
    expect((await first.picture()).isEmpty).to.equal(true);
    await second.page.click('#sign-out');
    await second.sees('#notice', 'Sign in to watch this.');
    expect((await viewer.get('/playback/sessions')).body['items']).to.deep.equal([]);
  });

  it('goes on in what a smaller plan covers', async () => {
    const viewer = await screening.viewer();
    const seat = await sit();
    // What came before stays in the browser's memory, and nobody is asked for it.
    await seat.page.setCacheEnabled(false);
    await seat.watch(viewer);
    await seat.choose('480p');
    await seat.seek(5);
    await seat.shows(480);
    const smaller = await screening.plan({ resolution: '480p', price: '1.00' });
    const change = { plan_id: smaller, when: 'now', proration: 'none' };
    expected(await viewer.post('/subscriptions/change', change), 200);
    await screening.world.advance('PT10S');
    await seat.choose('720p');
    await eventually('nothing is offered', async () => (await seat.levels()).length === 0);
    await seat.moves();
    const { seconds, lines } = await seat.picture();
    expect([seconds >= 5, lines]).to.deep.equal([true, 480]);
  });

  it('is cut within ten seconds when the subscription is cancelled now, and goes on once it is paid for again', async () => {
    const viewer = await screening.viewer();
    const seat = await sit();
    await seat.watch(viewer);
    // The verdict about its media is young then: ten seconds old is what it may become.
    await seat.ask('480p/index.m3u8');
    const begun = performance.now();
    expected(await viewer.post('/subscriptions/cancel', { at: 'now' }), 200);
    await eventually('nothing plays', async () => (await seat.picture()).isEmpty, 20_000);
    const milliseconds = Math.round(performance.now() - begun);
    console.log(`        cut after ${milliseconds} ms`);
    figure({ cutAfterMilliseconds: milliseconds });
    expect(milliseconds).to.be.at.most(10_000);
    expect(await seat.text('#notice')).to.include('Your subscription no longer covers this title');
    expect(await seat.ask('480p/seg-00000.m4s')).to.equal(410);
    await seat.page.click('#notice button');
    await seat.sees('#notice', 'Your subscription has ended. Subscribe again');
    await seat.page.waitForSelector('.plans button');
    expect(await seat.barriers()).to.deep.equal([]);
    await seat.page.click('.plans button');
    await seat.moves();
  });

  it('frees the seat also when somebody signs out while it is only being taken', async () => {
    const viewer = await screening.viewer();
    const seat = await sit();
    await seat.signIn(viewer);
    const [taken, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await seat.meets(/\/playback\/sessions$/, async (request) => {
      const { status, body } = await viewer.post('/playback/sessions', JSON.parse(request.postData() ?? ''));
      taken.resolve();
      await told.promise;
      await request.respond({ status, body: JSON.stringify(body) });
    });
    await seat.play();
    await taken.promise;
    await seat.page.click('#sign-out');
    told.resolve();
    const streams = async () => (await viewer.get('/playback/sessions')).body['items'] as readonly unknown[];
    await eventually('the seat is free', async () => (await streams()).length === 0);
    await eventually('the page rests', async () => (await seat.picture()).isEmpty);
    await seat.sees('#play', 'Sign in to watch');
  });

  it('plays a free title for somebody who did not sign in, in 480 lines', async () => {
    const { admin, film } = screening;
    expected(await admin.patch(`/videos/${film}`, { access_level: 'free' }), 200);
    try {
      const seat = await sit();
      await seat.play();
      await seat.moves();
      expect((await seat.picture()).lines).to.equal(480);
      expect(await seat.levels()).to.deep.equal([]);
      expect(await seat.ask('720p/index.m3u8')).to.equal(403);
    } finally {
      expected(await admin.patch(`/videos/${film}`, { access_level: 'basic' }), 200);
    }
  });

  it('goes on by itself after the network was away', async () => {
    const seat = await sit();
    await seat.watch(await screening.viewer());
    await seat.page.setOfflineMode(true);
    await seat.pause();
    await seat.sees('#notice', 'No connection. Trying again');
    await seat.page.setOfflineMode(false);
    await seat.sees('#notice', /^$/);
  });

  it('has no barriers for people who do not see or do not point, in the light and in the dark', async () => {
    const seat = await sit();
    await seat.sees('#play', 'Sign in to watch');
    for (const value of ['light', 'dark']) {
      await seat.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      expect(await seat.barriers(), value).to.deep.equal([]);
    }
    await seat.visit(`${screening.world.base}/watch`);
    expect(await seat.barriers()).to.deep.equal([]);
    await seat.visit(`${screening.world.base}/watch/nothing`);
    await seat.sees('#notice', 'There is no such title');
    expect(await seat.barriers()).to.deep.equal([]);
  });

  it('is used from the keyboard alone, and on a small screen', async () => {
    const viewer = await screening.viewer();
    const seat = await sit();
    const { keyboard } = seat.page;
    await seat.page.setViewport({ width: 360, height: 740 });
    await seat.tabTo('play');
    await keyboard.press('Enter');
    expect(await seat.barriers()).to.deep.equal([]);
    await keyboard.type('nobody@example.com');
    await seat.tabTo('password');
    await keyboard.type('a wrong one');
    await keyboard.press('Enter');
    await seat.sees('#sign-in-problem', 'E-mail or password are not right.');
    await keyboard.press('Escape');
    await seat.page.$eval('#email', (email) => void (email.value = ''));
    await seat.tabTo('play');
    await keyboard.press('Space');
    await keyboard.type(viewer.credentials.email);
    await seat.tabTo('password');
    await keyboard.type(viewer.credentials.password);
    await seat.tabTo('sign-in-submit');
    await keyboard.press('Enter');
    await seat.moves();
    await seat.tabTo('levels');
    await keyboard.press('ArrowDown');
    await seat.shows(720);
    expect(await seat.page.$eval('html', (root) => root.scrollWidth)).to.equal(360);
  });
});
