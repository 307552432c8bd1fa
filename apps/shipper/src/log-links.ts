import { describeError } from '@lockstep/core';
import type { Shipper } from '@lockstep/replication';
import type { Logger } from '@lockstep/service-kit';

const lookEveryMs = 500;

/** Logs when a link begins to fail, with the reason, and when it is well again; nothing in between. */
export function logLinks(shipper: Pick<Shipper, 'status'>, logger: Logger): { stop(): void } {
  /** What was last said of a link: why it fails, or undefined when it was well. */
  const said = new Map<string, string | undefined>();
  const look = (): void => {
    for (const { to, connected, lastError, lagMs, queuedOperations } of shipper.status()) {
      const failure = lastError === undefined ? undefined : describeError(lastError);
      // Before the first exchange of every shard a link is neither.
      if (failure === undefined && !connected) continue;
      if (said.has(to) && said.get(to) === failure) continue;
      const facts = { to, lagMs, queuedOperations };
      if (failure !== undefined) logger.warn(facts, `the link to ${to} fails: ${failure}`);
      else logger.info(facts, `the link to ${to} is ${said.has(to) ? 'well again' : 'up'}`);
      said.set(to, failure);
    }
  };
  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
