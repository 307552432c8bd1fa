import { createRing } from '@lockstep/hashring';
import { checkLeaks, startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { createMemjsDriver, createPool } from '../../src/index.ts';
import { codeOf, fill, readAll } from '../hammer.ts';

it('leaves no socket, no timer and no memory behind when a pool is closed', async () => {
  await using server = await startMemcached();
  const dead = { host: '127.0.0.1', port: 1 };
  const report = await checkLeaks(
    async () => {
      await using pool = createPool({ ring: createRing([server]), timeoutMs: 5000 });
      await fill(pool);
      await readAll(pool);
      await using unreachable = createPool({ ring: createRing([dead]) });
      await unreachable.get('k').catch(codeOf);
    },
    { rounds: 30 },
  );
  expect(report).toBeDefined();
});

it('leaves nothing behind when a memjs driver is closed', async () => {
  await using server = await startMemcached();
  const report = await checkLeaks(
    async () => {
      await using driver = createMemjsDriver({ host: server.host, port: server.port });
      await fill(driver);
    },
    { rounds: 30 },
  );
  expect(report).toBeDefined();
});
