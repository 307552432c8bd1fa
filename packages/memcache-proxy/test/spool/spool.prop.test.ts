import { type FaultProxy, startFaultProxy } from '@lockstep/testing';
import { array, assert, asyncProperty, constant, nat, oneof, record } from 'fast-check';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { Spool } from '../../src/index.ts';
import { connect, entry, RecordingTarget, type SpoolLab, startSpoolLab } from './spool-lab.ts';

let lab: SpoolLab;
let proxy: FaultProxy;
let client: Redis;

beforeEach(async () => {
  lab = await startSpoolLab();
  proxy = await startFaultProxy({ to: lab.server });
  client = connect(proxy.port);
});

afterEach(async () => {
  client.disconnect();
  await proxy.close();
  await lab[Symbol.asyncDispose]();
});

const step = oneof(
  { weight: 6, arbitrary: record({ type: constant('add' as const), node: nat(2), key: nat(3) }) },
  { weight: 2, arbitrary: record({ type: constant('wait' as const) }) },
  { weight: 2, arbitrary: record({ type: constant('redis-away' as const) }) },
  { weight: 1, arbitrary: record({ type: constant('redis-silent' as const) }) },
  { weight: 1, arbitrary: record({ type: constant('redis-back' as const) }) },
  { weight: 1, arbitrary: record({ type: constant('node-down' as const), node: nat(2) }) },
  { weight: 1, arbitrary: record({ type: constant('node-up' as const), node: nat(2) }) },
  { weight: 2, arbitrary: record({ type: constant('restart' as const) }) },
);

it('deletes every key, after it was told that the delete is safe, whatever ends and comes back when', async () => {
  let run = 0;
  await assert(
    asyncProperty(array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const namespace = `run-${run++}`;
      const target = new RecordingTarget();
      // Else the disk is empty most of the time.
      target.down.add('node0').add('node1');
      const open = (): Spool => {
        const spool = lab.open({ client, namespace, target, redisTimeoutMs: 60, intervalMs: 20, segmentBytes: 60 });
        spool.start();
        return spool;
      };
      let spool = open();
      /** How many deletes of each key there had been when it was safe. */
      const owed = new Map<string, number>();
      const countOf = (name: string): number => target.deleted.filter((each) => each === name).length;
      const adds: Promise<void>[] = [];
      const closes: Promise<void>[] = [];
      for (const [index, one] of steps.entries()) {
        if (one.type === 'add') {
          const name = `node${one.node}:${one.key}`;
          const before = countOf(`main ${name}`);
          const safe = spool.add(entry(name)).then(() => void owed.set(`main ${name}`, before));
          // A spool that is ended meanwhile may refuse.
          adds.push(safe.catch(() => {}));
          if (index % 2 === 0) await adds.at(-1);
        } else if (one.type === 'wait') await new Promise((resolve) => setImmediate(resolve));
        else if (one.type === 'redis-away') {
          await proxy.refuse();
          proxy.cut();
        } else if (one.type === 'redis-silent') proxy.halfOpen();
        else if (one.type === 'redis-back') await proxy.heal();
        else if (one.type === 'node-down') target.down.add(`node${one.node}`);
        else if (one.type === 'node-up') target.down.delete(`node${one.node}`);
        else {
          closes.push(spool.close());
          spool = open();
        }
      }
      await proxy.heal();
      target.down.clear();
      await Promise.all([...adds, ...closes]);
      // Takes over what the others left.
      await spool.close();
      await using _last = open();
      await vi.waitFor(
        () => {
          const missing = [...owed].filter(([name, before]) => countOf(name) <= before);
          expect(missing).toEqual([]);
        },
        { timeout: 10_000, interval: 10 },
      );
    }),
    { numRuns: 40, endOnFailure: true },
  );
}, 120_000);
