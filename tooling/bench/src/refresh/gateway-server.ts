/** One process of the stampede: `gateway-server.js SETTINGS`, driven by messages of the parent. */
import { setTimeout as pause } from 'node:timers/promises';

import { describeError } from '@lockstep/core';

import { percentile } from '../lock/percentile.ts';
import type { GatewayAnswer, GatewayRequest, GatewaySettings } from './gateway-messages.ts';
import { refreshPeers } from './peers/refresh-peers.ts';

const settings = JSON.parse(process.argv[2] ?? '{}') as GatewaySettings;
const pauseMs = 10;

// A parent that is gone must not leave a busy child behind.
process.once('disconnect', () => process.exit(0));

const opened = await refreshPeers
  .find(({ name }) => name === settings.peer)!
  .open({ ...settings, load: async () => (await fetch(settings.sourceUrl)).json() });

async function work({ times, forMs }: GatewayRequest): Promise<GatewayAnswer> {
  const until = performance.now() + forMs;
  const took: number[] = [];
  const reader = async (): Promise<void> => {
    do {
      const startedAt = performance.now();
      await opened.read('coupons');
      took.push(performance.now() - startedAt);
      if (forMs > 0) await pause(pauseMs);
    } while (performance.now() < until);
  };
  await Promise.all(Array.from({ length: times }, reader));
  return { p99Ms: percentile(took, 0.99) };
}

function answer(what: GatewayAnswer): void {
  process.send?.(what);
}

process.on('message', (request: GatewayRequest) => {
  work(request).then(answer, (error: unknown) => answer({ error: describeError(error) }));
});
answer({});
