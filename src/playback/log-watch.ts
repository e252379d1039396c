import { admit } from './admission.ts';
import type { PlaybackDeps } from './deps.ts';
import { viewedEvent } from './events.ts';
import type { PlaybackCommands } from './face.ts';
import { clamped } from './marks.ts';
import { followLog, mayCountView, newProgress, revisedProgress } from './progress.ts';
import { itemOfProgress } from './shelf-item.ts';

/** A watch that a client reports without a stream of ours: history, progress and a view, but no seat. */
export const logWatch =
  (deps: PlaybackDeps): PlaybackCommands['logWatch'] =>
  async ({ actor, titleId, event, positionSeconds }) => {
    const { title } = await admit(deps, actor, titleId);
    const { ids, clock, policy } = deps;
    const { accountId } = actor;
    return deps.unitOfWork.run(async ({ progress, watchLog, outbox }) => {
      const moment = { now: clock.now(), policy };
      const { now } = moment;
      const { durationSeconds, creditsStartSeconds } = title;
      const [known] = await progress.hold([{ accountId, titleId }]);
      const made = { id: ids.next(), accountId, titleId, durationSeconds, creditsStartSeconds };
      const before = known ?? newProgress(made, now);
      const moved = followLog(
        before,
        { event, positionSeconds, durationSeconds, creditsStartSeconds },
        moment,
      );
      const counts = mayCountView(before, moment);
      await progress.saveAll([revisedProgress(before, counts ? { ...moved, viewedAt: now } : moved)]);
      const entry = {
        id: ids.next(),
        accountId,
        titleId,
        title: title.title,
        startedAt: now,
        state: event,
        positionSeconds: positionSeconds === null ? moved.positionSeconds : clamped(positionSeconds, title),
        durationSeconds,
      };
      await watchLog.add(entry);
      if (counts) await outbox.add([viewedEvent({ accountId, titleId, subjectId: entry.id }, { ids, now })]);
      return itemOfProgress(moved, title, false);
    });
  };
