import { describeError } from '@lockstep/core';
import type { Region } from '@lockstep/service-kit';

import { type ShownLink, statusPath } from './status-route.ts';

const answerMs = 5000;

/**
 * Asks the running shipper of a region how its links stand.
 *
 * @throws Error that says in one line why there is no answer.
 */
export async function askLinks({ shipper }: Pick<Region, 'shipper'>): Promise<readonly ShownLink[]> {
  const { host, port } = shipper.http;
  // What listens on every address answers on the loopback one.
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const address = `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  const answer = await fetch(`http://${address}${statusPath}`, { signal: AbortSignal.timeout(answerMs) }).catch(
    (error: unknown) => {
      throw new Error(`the shipper at ${address} gives no answer: ${describeError(error)}`);
    },
  );
  if (!answer.ok) throw new Error(`what listens at ${address} answered ${answer.status}`);
  return (await answer.json()) as readonly ShownLink[];
}
