import { type Clock, systemClock } from '@lockstep/core';
import { expect, it } from 'vitest';

import { MetaDriverCalls } from '../../src/engine/meta-driver-calls.ts';
import { applyMutations, getMany } from '../../src/engine/meta-driver-many.ts';
import { resolveMetaOptions } from '../../src/engine/meta-options.ts';
import type { NodeLink } from '../../src/engine/node-link.ts';
import type { Request } from '../../src/engine/request.ts';
import { createReply, type Reply } from '../../src/protocol/reply.ts';

/** Calls whose requests go nowhere, and a clock that stands still. */
function createCalls(): { calls: MetaDriverCalls; requests: Request[]; time: { now: number } } {
  const requests: Request[] = [];
  const time = { now: 1000 };
  const clock: Clock = { ...systemClock, monotonic: () => time.now };
  const link = { send: (request: Request) => void requests.push(request) };
  return { calls: new MetaDriverCalls(link as unknown as NodeLink, resolveMetaOptions({ clock })), requests, time };
}

function answer(request: Request, parts: Partial<Reply>): void {
  request.take({ ...createReply(), ...parts });
}

it('gives the second request of a read what is left of the time of the call', async () => {
  const { calls, requests, time } = createCalls();
  const reading = getMany(calls, ['a'], { timeoutMs: 200 });
  answer(requests[0]!, { status: 'VALUE', text: 'a', flags: 0, value: Buffer.alloc(0) });
  time.now += 150;
  answer(requests[0]!, { status: 'END' });
  await expect.poll(() => requests.length).toBe(2);
  expect(requests.map(({ deadline }) => deadline)).toEqual([1200, 1200]);
  answer(requests[1]!, { status: 'EN' });
  expect(await reading).toEqual([undefined]);
});

it('gives the deletes of a batch what is left of the time of the call, and at least a millisecond', async () => {
  const { calls, requests, time } = createCalls();
  const set = { kind: 'set', key: Buffer.from('a'), value: Buffer.from('x'), flags: 0, expiresAt: 0 } as const;
  const applying = applyMutations(calls, [set], 0, { timeoutMs: 200 });
  answer(requests[0]!, { status: 'SERVER_ERROR', text: 'object too large for cache' });
  time.now += 500;
  answer(requests[0]!, { status: 'MN' });
  await expect.poll(() => requests.length).toBe(2);
  expect(requests[1]!.deadline).toBe(1501);
  answer(requests[1]!, { status: 'HD', opaque: 1 });
  answer(requests[1]!, { status: 'MN' });
  await expect(applying).resolves.toBeUndefined();
});

it('sends a quiet batch of deletes as one command for each and one behind them, with no opaque numbers', async () => {
  const { calls, requests } = createCalls();
  const deletes = ['a', 'b'].map((key) => ({ kind: 'delete', key: Buffer.from(key) }) as const);
  const applying = applyMutations(calls, deletes, 0, { quiet: true });
  expect(requests.map(({ text, replies }) => [text, replies])).toEqual([['md a q\r\nmd b q\r\nmn\r\n', 2]]);
  answer(requests[0]!, { status: 'NF' });
  answer(requests[0]!, { status: 'MN' });
  await expect(applying).resolves.toBeUndefined();
});
