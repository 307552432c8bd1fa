import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { CLIENT_GONE_CHANNEL, type ClientGone } from '@lockstep/memcache-proxy';
import { Counter, type Registry } from '@lockstep/service-kit';

/** Counts clients that hung up before they had their answer. */
export function countHangUps(registry: Registry): { stop(): void } {
  const total = new Counter({
    name: 'lockstep_proxy_client_gone_total',
    help: 'requests whose client hung up before it had its answer (499)',
    labelNames: ['route', 'phase'],
    registers: [registry],
  });
  const onGone = (message: unknown): void => {
    const { route, phase } = message as ClientGone;
    total.inc({ route: route === '' ? 'none' : route, phase });
  };
  subscribe(CLIENT_GONE_CHANNEL, onGone);
  return { stop: () => void unsubscribe(CLIENT_GONE_CHANNEL, onGone) };
}
