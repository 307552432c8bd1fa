import { describeError } from '@lockstep/core';
import type { Shipper } from '@lockstep/replication';
import type { Logger } from '@lockstep/service-kit';

const lookEveryMs = 500;

/** Logs when a link begins to fail, with the reason, and when it is well again; nothing in between. */
export function logLinks(shipper: Pick<Shipper, 'status'>, logger: Logger): { stop(): void } {
  const known = new Map<string, string>();
  const look = (): void => {
    for (const { to, shard, connected, lastError, lagMs, queuedOperations } of shipper.status()) {
      const link = `${to} ${shard}`;
      const state = lastError === undefined ? (connected ? 'well' : 'starting') : describeError(lastError);
      const before = known.get(link);
      if (state === before) continue;
      known.set(link, state);
      const facts = { to, shard, lagMs, queuedOperations };
      if (lastError !== undefined) logger.warn(facts, `the link to ${to} fails: ${state}`);
      else if (state === 'well')
        logger.info(facts, `the link to ${to} is ${before === undefined ? 'up' : 'well again'}`);
    }
  };
  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
