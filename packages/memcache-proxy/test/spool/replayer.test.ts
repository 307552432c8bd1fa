import { beforeEach, expect, it, vi } from 'vitest';

import { Replayer } from '../../src/spool/replayer.ts';
import { createManualClock } from '../text/manual-clock.ts';
import { MemoryStore } from './memory-store.ts';
import { RecordingTarget } from './spool-lab.ts';

let store: MemoryStore;
let target: RecordingTarget;
let clock: ReturnType<typeof createManualClock>;
let replayer: Replayer;
const { signal } = new AbortController();

beforeEach(() => {
  store = new MemoryStore();
  target = new RecordingTarget();
  clock = createManualClock();
  replayer = createReplayer();
});

function createReplayer(options: { target?: ConstructorParameters<typeof Replayer>[0]['target'] } = {}): Replayer {
  return new Replayer({ store, target, clock, random: () => 0, maxRetryMs: 1000, applyTimeoutMs: 500, ...options });
}

/** `node:0`, `node:1`, … */
function keysOf(node: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${node}:${index}`);
}

it('deletes once what is in the store many times, however far apart', async () => {
  store.add('a:same', ...keysOf('a', 1500), 'a:same');
  expect(await replayer.pass({ signal })).toEqual({ deletes: 1501, entries: 1502, left: 0 });
  expect(target.deleted.filter((each) => each === 'main a:same')).toHaveLength(1);
});

it('deletes again what was added after the pass began', async () => {
  store.add('a:same', ...keysOf('a', 1500));
  let isAdded = false;
  const mayGoOn = async (): Promise<boolean> => {
    if (target.deleted.length > 0 && !isAdded) {
      isAdded = true;
      store.add('a:same');
    }
    return true;
  };
  await replayer.pass({ signal, mayGoOn });
  expect(store.keys).toEqual([]);
  expect(target.deleted.filter((each) => each === 'main a:same')).toHaveLength(2);
});

it('asks a node that is down for its first entries only, and reads no others of it meanwhile', async () => {
  target.down.add('dead');
  store.add(...keysOf('dead', 5000));
  expect(await replayer.pass({ signal })).toEqual({ deletes: 0, entries: 0, left: 5000 });
  expect([target.calls.length, replayer.waitingNodes]).toEqual([1, 1]);
  store.add('live:1');
  store.reads.length = 0;
  expect(await replayer.pass({ signal })).toEqual({ deletes: 1, entries: 1, left: 0 });
  expect(store.reads).toEqual(['1-5000']);
  clock.advance(replayer.nextInMs());
  store.reads.length = 0;
  await replayer.pass({ signal });
  expect([target.calls.length, store.reads]).toEqual([3, ['1-0', '1-5001']]);
});

it('goes through all entries of a node that is back, in one pass', async () => {
  target.down.add('dead');
  store.add(...keysOf('dead', 5000));
  await replayer.pass({ signal });
  target.down.clear();
  clock.advance(1000);
  expect(await replayer.pass({ signal })).toEqual({ deletes: 5000, entries: 5000, left: 0 });
  expect([store.keys, replayer.waitingNodes]).toEqual([[], 0]);
});

it('waits longer for a node with each failure', async () => {
  target.down.add('dead');
  store.add('dead:1');
  const waits: number[] = [];
  for (let round = 0; round < 6; round++) {
    await replayer.pass({ signal });
    waits.push(replayer.nextInMs());
    clock.advance(replayer.nextInMs());
  }
  expect(waits).toEqual([50, 100, 200, 400, 500, 500]);
});

it('keeps the one key that its node does not confirm, and tries it again', async () => {
  const refuses = {
    apply: async (_: string, keys: readonly Buffer[]) => keys.map((key) => ({ confirmed: key.toString() !== 'a:1' })),
  };
  replayer = createReplayer({ target: refuses });
  store.add(...keysOf('a', 3));
  expect(await replayer.pass({ signal })).toEqual({ deletes: 2, entries: 2, left: 1 });
  expect(store.keys).toEqual(['a:1']);
  clock.advance(replayer.nextInMs());
  expect(await replayer.pass({ signal })).toEqual({ deletes: 0, entries: 0, left: 1 });
});

it('gives up on deletes that are never answered, and keeps their entries', async () => {
  const apply = vi.fn<() => Promise<never>>(() => new Promise(() => {}));
  replayer = createReplayer({ target: { apply } });
  store.add('a:1');
  const pass = replayer.pass({ signal });
  await expect.poll(() => apply.mock.calls.length).toBe(1);
  clock.advance(500);
  expect(await pass).toEqual({ deletes: 0, entries: 0, left: 1 });
  expect(store.keys).toEqual(['a:1']);
});

it('begins with the first entry after a pass that did not get to the end', async () => {
  store.add(...keysOf('a', 1500));
  let rounds = 0;
  expect(await replayer.pass({ signal, mayGoOn: async () => rounds++ === 0 })).toMatchObject({ entries: 1000 });
  expect(await replayer.pass({ signal })).toMatchObject({ entries: 500 });
  expect(store.reads.at(-1)).toBe('0-0');
});

it('ends with the reason of the signal', async () => {
  store.add('a:1');
  const reason = new Error('closed');
  await expect(replayer.pass({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
