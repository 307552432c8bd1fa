import { expect, it } from 'vitest';

import { FairTurns, type TurnTarget } from '../../../src/http/push/fair-turns.ts';
import type { StreamEvent } from '../../../src/http/push/stream-event.ts';

/** A client whose socket a test fills and empties. */
function createTarget() {
  const gone = new AbortController();
  const written: string[] = [];
  const flushes: ((isFlushed: boolean) => void)[] = [];
  const target: TurnTarget & { isFull: boolean } = {
    isFull: true,
    signal: gone.signal,
    onRoom: () => {},
    send(event, onFlushed) {
      written.push(event.event);
      flushes.push(onFlushed!);
      target.isFull = written.length % 4 === 0;
    },
  };
  return { target, written, flushes, gone };
}

const named = (event: string): StreamEvent => ({ event, fields: {} });

it('takes one of each source in turn, in the order of each, while the client takes more', () => {
  const { target, written } = createTarget();
  const turns = new FairTurns(target, 3);
  for (const event of ['a1', 'a2', 'a3', 'a4']) void turns.offer(0, named(event));
  void turns.offer(2, named('c1'));
  void turns.offer(2, named('c2'));
  expect(written).toEqual([]);
  target.isFull = false;
  target.onRoom();
  expect(written).toEqual(['a1', 'c1', 'a2', 'c2']);
  void turns.offer(1, named('b1'));
  expect(written).toHaveLength(4);
  target.isFull = false;
  target.onRoom();
  expect(written.slice(4)).toEqual(['a3', 'b1', 'a4']);
});

it('settles an offer when the client has it, and turns away what is not written when it is stopped', async () => {
  const { target, flushes } = createTarget();
  const turns = new FairTurns(target, 1);
  target.isFull = false;
  const offers = Array.from({ length: 6 }, (_, index) => turns.offer(0, named(`${index}`)));
  flushes[0]!(true);
  turns.stop();
  expect(await Promise.all([offers[0], offers[4], offers[5]])).toEqual([true, false, false]);
  flushes[1]!(true);
  flushes[2]!(false);
  expect(await Promise.all([offers[1], offers[2]])).toEqual([true, false]);
  expect(await turns.offer(0, named('late'))).toBe(false);
});

it('settles all offers when the client is gone, though no write ever calls back', async () => {
  const { target, gone } = createTarget();
  const turns = new FairTurns(target, 1);
  target.isFull = false;
  const offers = Array.from({ length: 6 }, (_, index) => turns.offer(0, named(`${index}`)));
  gone.abort();
  expect(await Promise.all(offers)).toEqual(offers.map(() => false));
});
