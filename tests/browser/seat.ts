import axe from 'axe-core';
import type { HTTPRequest, Page } from 'puppeteer-core';
import type { Client } from '../world/client.ts';
import { eventually } from '../world/eventually.ts';

/** What the picture is doing. */
export interface Picture {
  readonly seconds: number;
  readonly lines: number;
  readonly isPaused: boolean;
  /** Whether there is any media at all. */
  readonly isEmpty: boolean;
}

/** Somebody before a player page, who sees and does what a person can. */
export class Seat {
  readonly page: Page;
  /** What the page threw, and what its policy stopped. */
  readonly faults: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.faults.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.faults.push(message.text());
    });
  }

  /** Goes to an address, and waits until the page knows what to show. */
  async visit(address: string): Promise<void> {
    await this.page.goto(address);
    await eventually('the page is there', () =>
      this.page.$eval('main', (main) => main.getAttribute('aria-busy') === 'false'),
    );
  }

  async signIn({ credentials }: Client): Promise<void> {
    await this.page.click('#sign-in');
    await this.page.type('#email', credentials.email);
    await this.page.type('#password', credentials.password);
    await this.page.keyboard.press('Enter');
    await this.sees('#who', credentials.email);
  }

  async play(): Promise<void> {
    await this.page.click('#play');
  }

  /** Signs in, plays, and waits for the picture to move. */
  async watch(viewer: Client): Promise<void> {
    await this.signIn(viewer);
    await this.play();
    await this.moves();
  }

  picture(): Promise<Picture> {
    return this.page.$eval('video', (video) => ({
      seconds: video.currentTime,
      lines: video.videoHeight,
      isPaused: video.paused,
      isEmpty: video.networkState === video.NETWORK_EMPTY,
    }));
  }

  async moves(): Promise<void> {
    const { seconds } = await this.picture();
    await eventually('the picture moves', async () => (await this.picture()).seconds > seconds + 0.3);
  }

  text(selector: string): Promise<string> {
    return this.page.$eval(selector, (element) =>
      (element as unknown as { innerText: string }).innerText.trim(),
    );
  }

  async sees(selector: string, text: string | RegExp): Promise<void> {
    const form = typeof text === 'string' ? new RegExp(text.replaceAll(/[.+*?]/g, String.raw`\$&`)) : text;
    await eventually(`${selector} says ${form}`, async () => form.test(await this.text(selector)));
  }

  /** Seeks, and is there. */
  async seek(seconds: number): Promise<void> {
    await this.page.$eval('video', (video, to) => void (video.currentTime = to), seconds);
    await eventually('it plays there', async () => (await this.picture()).seconds > seconds);
  }

  async pause(): Promise<number> {
    await this.page.$eval('video', (video) => video.pause());
    return (await this.picture()).seconds;
  }

  /** What the page offers as quality, in its words. */
  levels(): Promise<readonly string[]> {
    return this.page.$$eval('#quality:not([hidden]) option', (options) => options.map(({ text }) => text));
  }

  async choose(label: string): Promise<void> {
    const value = await this.page.$$eval(
      '#levels option',
      (options, wanted) => options.find(({ text }) => text === wanted)?.value ?? '',
      label,
    );
    await this.page.select('#levels', value);
  }

  async shows(lines: number): Promise<void> {
    await eventually(`${lines} lines`, async () => (await this.picture()).lines === lines);
  }

  /** Has requests to some addresses meet something else than the service. */
  async meets(addresses: RegExp, answer: (request: HTTPRequest) => Promise<void>): Promise<void> {
    await this.page.setRequestInterception(true);
    this.page.on(
      'request',
      (request) => void (addresses.test(request.url()) ? answer(request) : request.continue()),
    );
  }

  /** What axe-core finds wrong for people who do not see, or do not point. */
  async barriers(): Promise<readonly string[]> {
    await this.page.evaluate(axe.source);
    const found = (await this.page.evaluate(`axe.run({ resultTypes: ['violations'] })`)) as axe.AxeResults;
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  /** Goes on with the Tab key, until the focus is there. */
  async tabTo(id: string): Promise<void> {
    for (let steps = 0; steps < 12; steps += 1) {
      await this.page.keyboard.press('Tab');
      if (await this.page.$eval(`#${id}`, (element) => element.matches(':focus'))) return;
    }
    throw new Error(`twelve steps with Tab did not lead to #${id}`);
  }

  /** Asks from within the page for what lies beside the playlist that it plays; the status. */
  ask(part: string): Promise<number> {
    return this.page.evaluate(async (name) => {
      const entries = performance.getEntriesByType('resource').map((entry) => entry.name);
      const master = entries.findLast((address) => address.endsWith('/master.m3u8')) ?? '';
      return (await fetch(new URL(name, master))).status;
    }, part);
  }
}
