import { group } from '../persistence/group.ts';
import { Remembered } from './remembered.ts';

export interface Asking<Q, A> {
  /** Asks whoever knows: one call for all that arrived together, answers in the order of the questions. */
  readonly ask: (questions: readonly Q[]) => Promise<readonly A[]>;
  /** What the question is about: by this its answer is remembered, and forgotten. */
  readonly subjectOf: (question: Q) => string;
  /** An answer is good for questions of the same version alone. */
  readonly versionOf?: (question: Q) => number;
  /** How old an answer may be. */
  readonly keepMs: number;
}

export interface AskedLately<Q, A> {
  /** The answer: at once when one is remembered. */
  of(question: Q): A | Promise<A>;
  /** Has the next question about this subject asked anew: what was true of it changed just now. */
  forget(subject: string): void;
}

interface Answer<A> {
  readonly answer: A;
  readonly version: number;
  readonly until: number;
}

/** Answers remembered at most; each costs some 200 bytes. */
const CAPACITY = 20_000;

/**
 * Questions that stand in front of every request: each answer is kept for a while, and all that miss in one turn
 * of the event loop are asked together.
 */
export function askedLately<Q, A>({
  ask: askAll,
  subjectOf,
  versionOf = () => 0,
  keepMs,
}: Asking<Q, A>): AskedLately<Q, A> {
  const answers = new Remembered<Answer<A>>(CAPACITY);
  const ask = group<Q, A>(askAll);
  const asking = new Map<string, Promise<A>>();
  let forgotten = 0;

  const askAnew = async (question: Q): Promise<A> => {
    const before = forgotten;
    const askedAt = performance.now();
    const answer = await ask(question);
    // An answer that was under way when something was forgotten may be older than what made it so.
    if (before === forgotten)
      answers.set(subjectOf(question), { answer, version: versionOf(question), until: askedAt + keepMs });
    return answer;
  };

  return {
    of: (question) => {
      const [subject, version] = [subjectOf(question), versionOf(question)];
      const known = answers.get(subject);
      if (known && known.version === version && performance.now() < known.until) return known.answer;
      const key = `${subject}:${version}`;
      const underWay = asking.get(key);
      if (underWay) return underWay;
      const asked = askAnew(question).finally(() => {
        if (asking.get(key) === asked) asking.delete(key);
      });
      asking.set(key, asked);
      return asked;
    },
    forget: (subject) => {
      forgotten += 1;
      answers.delete(subject);
      asking.clear();
    },
  };
}
