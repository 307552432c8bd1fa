import { once } from 'node:events';

import { expect, it, onTestFinished } from 'vitest';

import type { Spool } from '../../src/index.ts';
import { deletesOf, setUpTwoNodes } from './two-nodes.ts';

const nodes = setUpTwoNodes();
const pool = 'main';

const replays: Readonly<Record<string, (spool: Spool, keys: readonly string[]) => unknown>> = {
  'by its own loop': (spool) => spool.start(),
  'when it is told to': (spool) => spool.replay({ signal: new AbortController().signal }),
  'with as many proofs': async (spool, keys) => {
    const proofs = keys.map((key) => ({ pool, key: Buffer.from(key), ticket: '1-1', node: 'node', cas: 1n }));
    await Promise.all(proofs.map((proof) => spool.keep(proof)));
    await spool.replay();
  },
  'after as many proofs that Redis did not take': async (spool, keys) => {
    const proofs = keys.map((key) => ({ pool, key: Buffer.from(key), ticket: '1-1', node: 'node', cas: 1n }));
    await nodes.lab.server.freeze();
    const outcomes = await Promise.allSettled(proofs.map((proof) => spool.keep(proof)));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
    await nodes.lab.server.thaw();
    spool.start();
  },
};

it.each(Object.keys(replays))('replays many deletes of one node at once without a warning of Node, %s', async (how) => {
  const warnings: string[] = [];
  const hear = (warning: Error): void => void warnings.push(String(warning));
  process.on('warning', hear);
  onTestFinished(() => void process.off('warning', hear));
  const main = nodes.openPool();
  const spool = nodes.lab.open({ target: deletesOf(main) });
  const keys = Array.from({ length: 50 }, (_, index) => nodes.keyOf(0, `many-${index}`));
  for (const key of keys) await main.set(key, 'old');
  const failedAt = Date.now();
  await Promise.all(keys.map((key) => spool.add({ pool, key: Buffer.from(key), failedAt })));
  await replays[how]!(spool, keys);
  await expect.poll(() => spool.stats().replayed).toBe(50);
  expect(await main.getMany(keys)).toEqual(keys.map(() => undefined));
  // Warnings come in their order.
  const heard = once(process, 'warning');
  process.emitWarning('the last one');
  await heard;
  expect(warnings).toEqual(['Warning: the last one']);
});
