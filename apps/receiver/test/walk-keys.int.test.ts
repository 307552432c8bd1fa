import { setTimeout as wait } from 'node:timers/promises';

import { createMetaDriver } from '@lockstep/memcache';
import { startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { walkKeys } from '../src/walk/walk-keys.ts';

const keys = 20_000;
const silenceMs = 300;

it('waits for whoever works on a portion for longer than the server may be silent', async () => {
  await using server = await startMemcached();
  const { host, port } = server;
  await using driver = createMetaDriver({ host, port });
  const value = Buffer.from('v');
  await driver.batch(
    Array.from({ length: keys }, (_, n) => {
      const key = Buffer.from(`user:${n}`);
      return { kind: 'set' as const, key, value, flags: 0, expiresAt: 0 };
    }),
  );
  let walked = 0;
  let portions = 0;
  for await (const portion of walkKeys({ host, port }, { signal: AbortSignal.timeout(20_000), silenceMs })) {
    walked += portion.length;
    portions += 1;
    if (portions <= 2) await wait(2 * silenceMs);
  }
  expect(portions).toBeGreaterThan(2);
  expect(walked).toBe(keys);
});

it('gives up on a server that is silent while it walks', async () => {
  await using server = await startMemcached();
  const { host, port } = server;
  await server.freeze();
  const walk = walkKeys({ host, port }, { signal: AbortSignal.timeout(20_000), silenceMs });
  await expect(walk.next()).rejects.toThrow('memcached was silent for 300 ms while it walked');
});
