import { describeError } from '@lockstep/core';
import type { Region } from '@lockstep/service-kit';

import { type ShownLink, statusPath } from './status-route.ts';

const answerMs = 5000;

/**
 * Asks the running shipper of a region how its links stand.
 *
 * @param url where it is, for a shipper that is not reached where it listens; a path is put before the status's own.
 * @throws Error that says in one line why there is no answer.
 */
export async function askLinks(
  { shipper }: Pick<Region, 'shipper'>,
  url: URL = listeningAt(shipper.http),
): Promise<readonly ShownLink[]> {
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  const address = base.replace(/^http:\/\//, '');
  const answer = await fetch(`${base}${statusPath}`, { signal: AbortSignal.timeout(answerMs) }).catch(
    (error: unknown) => {
      throw new Error(`the shipper at ${address} gives no answer: ${describeError(error)}`);
    },
  );
  if (!answer.ok) throw new Error(`what listens at ${address} answered ${answer.status}`);
  return (await answer.json()) as readonly ShownLink[];
}

function listeningAt({ host, port }: Region['shipper']['http']): URL {
  // What listens on every address answers on the loopback one.
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return new URL(`http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`);
}
