import type { Mail, Mailer } from '../../src/notifications/index.ts';

export interface RecordedMailer extends Mailer {
  /** What was sent, oldest first; a repeat of a key takes the place of the former. */
  list(): readonly Mail[];
  /** The first mail, sent already or yet to come, that `wanted` holds for; rejects after `timeoutMs`. */
  waitFor(wanted: (mail: Mail) => boolean, timeoutMs?: number): Promise<Mail>;
}

interface Waiting {
  readonly wanted: (mail: Mail) => boolean;
  readonly resolve: (mail: Mail) => void;
}

/** Keeps mails instead of sending them: for the memory profile and for tests. */
export function createRecordedMailer(): RecordedMailer {
  const sent = new Map<string, Mail>();
  const waiting = new Set<Waiting>();
  return {
    send: async (mail) => {
      sent.set(mail.key, mail);
      for (const each of [...waiting].filter(({ wanted }) => wanted(mail))) {
        waiting.delete(each);
        each.resolve(mail);
      }
    },
    list: () => [...sent.values()],
    waitFor: (wanted, timeoutMs = 2_000) => {
      const known = [...sent.values()].find(wanted);
      if (known) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        const entry: Waiting = {
          wanted,
          resolve: (mail) => {
            clearTimeout(timer);
            resolve(mail);
          },
        };
        const timer = setTimeout(() => {
          waiting.delete(entry);
          reject(new Error(`no such mail within ${timeoutMs} ms`));
        }, timeoutMs);
        waiting.add(entry);
      });
    },
  };
}
