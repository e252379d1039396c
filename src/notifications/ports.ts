import type { Notice } from './notice.ts';

export interface NoticeStore {
  findByKey(key: string): Promise<Notice | undefined>;
  /** Stores a new notice; a key that exists is a lost race. */
  add(notice: Notice): Promise<void>;
  /** Stores a notice whose `version` is one above the stored one; any other is a lost race. */
  save(notice: Notice): Promise<void>;
  /**
   * Takes the address out of at most `limit` notices of an account, and moves their versions on; how many
   * still had one.
   */
  eraseRecipients(accountId: string, limit: number): Promise<number>;
}

export interface NotificationStores {
  readonly notices: NoticeStore;
}

export interface Mail {
  /** Names the mail: a medium that can tell repeats apart keeps one of them. */
  readonly key: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Mailer {
  /** Hands the mail over; rejects when it is to be tried again. */
  send(mail: Mail): Promise<void>;
  /** Gives up what it holds open, when the process ends. */
  close?(): void;
}

export interface Addresses {
  /** Where an account gets its mail; undefined when there is no such account any more. */
  of(accountId: string): Promise<{ readonly email: string; readonly name: string | null } | undefined>;
}

export interface Codes {
  /** The digits of a mailed code, derived from its id; undefined when it was used or replaced. */
  codeOf(codeId: string): Promise<string | undefined>;
}

export interface Plans {
  /** What a plan is called; undefined when there is none. */
  nameOf(planId: string): Promise<string | undefined>;
}
