import type { Clock, Timer } from '@lockstep/core';

/** Time limits of many items, with one timer for all that have the same limit. */
export interface Deadlines<Item> {
  /** Gives an item `timeoutMs` from now on, where the caller knows which moment it is. When they have passed, `expired` is told of it. */
  start(item: Item, timeoutMs: number, now?: number): Deadline<Item>;
  /** Ends a time limit. False when it was over already. */
  end(deadline: Deadline<Item>): boolean;
  /** Nothing expires any more. */
  close(): void;
}

/** The time limit of one item: a node of the list of its lane, which is in the order of the moments. */
export class Deadline<Item> {
  readonly item: Item;
  readonly lane: Lane<Item>;
  /** On the monotonic clock. */
  readonly at: number;
  previous: Deadline<Item> | undefined;
  next: Deadline<Item> | undefined = undefined;
  isOver = false;

  constructor(item: Item, lane: Lane<Item>, at: number) {
    this.item = item;
    this.lane = lane;
    this.at = at;
    this.previous = lane.last;
  }
}

interface Lane<Item> {
  readonly timeoutMs: number;
  first: Deadline<Item> | undefined;
  last: Deadline<Item> | undefined;
  timer: Timer | undefined;
}

/** Lanes that are kept without items, until their timers fire. */
const MAX_IDLE_LANES = 16;

/** A timer for each item would cost a sixth of a read. */
export function createDeadlines<Item>(clock: Clock, expired: (item: Item, timeoutMs: number) => void): Deadlines<Item> {
  const lanes = new Map<number, Lane<Item>>();

  function open(timeoutMs: number): Lane<Item> {
    const lane: Lane<Item> = { timeoutMs, first: undefined, last: undefined, timer: undefined };
    lanes.set(timeoutMs, lane);
    return lane;
  }

  function advance(lane: Lane<Item>): void {
    const now = clock.monotonic();
    lane.timer = undefined;
    for (let { first } = lane; first !== undefined && first.at <= now; { first } = lane) {
      unlink(first);
      expired(first.item, lane.timeoutMs);
    }
    if (lane.first === undefined) lanes.delete(lane.timeoutMs);
    else lane.timer ??= clock.setTimer(() => advance(lane), lane.first.at - now);
  }

  return {
    start(item, timeoutMs, now = clock.monotonic()) {
      const lane = lanes.get(timeoutMs) ?? open(timeoutMs);
      const deadline = new Deadline(item, lane, now + timeoutMs);
      if (lane.last === undefined) lane.first = deadline;
      else lane.last.next = deadline;
      lane.last = deadline;
      lane.timer ??= clock.setTimer(() => advance(lane), timeoutMs);
      return deadline;
    },
    end(deadline) {
      if (deadline.isOver) return false;
      unlink(deadline);
      const { lane } = deadline;
      if (lane.first === undefined && lanes.size > MAX_IDLE_LANES) {
        lane.timer?.cancel();
        lanes.delete(lane.timeoutMs);
      }
      return true;
    },
    close() {
      for (const { timer } of lanes.values()) timer?.cancel();
      lanes.clear();
    },
  };
}

function unlink<Item>(deadline: Deadline<Item>): void {
  const { lane, previous, next } = deadline;
  deadline.isOver = true;
  if (previous === undefined) lane.first = next;
  else previous.next = next;
  if (next === undefined) lane.last = previous;
  else next.previous = previous;
  // One that the collector holds for old must not hold all that came after it.
  deadline.previous = undefined;
  deadline.next = undefined;
}
