import { expect, it } from 'vitest';

import { type ReplySlot, type SlotOwner, takeSlot } from '../../src/text/reply-slot.ts';
import { SlotLine } from '../../src/text/slot-line.ts';

const chunk = Buffer.from('..one..two..three');

function startLine(count: number): { readonly line: SlotLine; readonly slots: readonly ReplySlot[] } {
  const line = new SlotLine();
  const owner: SlotOwner = { settled: (slot) => line.settled(slot), broken: () => {}, storeFailed: () => '' };
  const slots = Array.from({ length: count }, (_, index) => takeSlot(owner, 'read', `k${index}`));
  for (const slot of slots) {
    slot.isGet = true;
    line.append(slot);
  }
  return { line, slots };
}

function textOf({ value, valueStart, valueEnd }: ReplySlot): string | undefined {
  return value?.toString('latin1', valueStart, valueEnd);
}

it('lets a value lie where it was received while its reply leaves with the turn, and copies it when it has to wait', () => {
  const { line, slots } = startLine(3);
  const [first, second, third] = slots as [ReplySlot, ReplySlot, ReplySlot];
  second.onValue(chunk, 7, 10, 0);
  expect([second.value === chunk, textOf(second)]).toEqual([false, 'two']);
  first.onValue(chunk, 2, 5, 0);
  third.onValue(chunk, 12, 17, 0);
  expect([first, third].map((slot) => [slot.value === chunk, textOf(slot)])).toEqual([
    [true, 'one'],
    [true, 'three'],
  ]);
  line.shift();
  line.ownDone();
  expect([third.value === chunk, textOf(third)]).toEqual([false, 'three']);
});

it('starts what waited when all that it waited for is done', () => {
  const { line, slots } = startLine(2);
  const owner = slots[0]!.owner!;
  const barrier = takeSlot(owner, 'barrier', '');
  const started: string[] = [];
  barrier.start = () => void started.push('barrier');
  expect(line.mustWait(barrier)).toBe(true);
  line.append(barrier);
  slots[1]!.onDone();
  expect(started).toEqual([]);
  slots[0]!.onFailure(new Error('away'));
  expect(started).toEqual(['barrier']);
  expect(slots.map(({ isDone, value }) => [isDone, value])).toEqual([
    [true, undefined],
    [true, undefined],
  ]);
});

it('lets no read pass one of several keys that still waits for a write, nor one that waited for it', () => {
  const line = new SlotLine();
  const owner: SlotOwner = { settled: (slot) => line.settled(slot), broken: () => {}, storeFailed: () => '' };
  const started: string[] = [];
  const take = (kind: 'read' | 'write', name: string, names?: readonly string[]): ReplySlot => {
    const slot = takeSlot(owner, kind, name);
    slot.names = names;
    if (line.mustWait(slot)) slot.start = () => void started.push(names?.join(' ') ?? name);
    line.append(slot);
    return slot;
  };
  const write = take('write', 'b');
  const both = take('read', 'b', ['b', 'a']);
  take('read', 'a');
  expect(take('read', 'c').waits).toBe(0);
  write.onReply('');
  expect(started).toEqual(['b a']);
  expect(take('read', 'a').waits).toBe(1);
  both.onReply('');
  expect(started).toEqual(['b a', 'a', 'a']);
  take('read', 'a', ['a', 'b']);
  expect(take('read', 'a').waits).toBe(0);
});
