import type { AnswerTaker, Item } from '@lockstep/memcache';

import { type Reply, replyBytes } from './reply.ts';

/** Who a slot belongs to. */
export interface SlotOwner {
  /** The answer of the slot is there; `freedBytes` is what the request had held. */
  settled(slot: ReplySlot, freedBytes: number): void;
  /** The line that tells a client of a `set` that failed. */
  storeFailed(error: unknown): string;
  /** What was to answer it has a bug, after which replies cannot be told apart. */
  broken(error: unknown): void;
}

/** What a slot stands for; it decides what it waits for. */
export type SlotKind = 'read' | 'write' | 'barrier';

/**
 * A place in the line of a connection: one request, and its answer once it is there. Slots are used again and
 * again, so that a `get` costs no object and no function of its own here.
 */
export class ReplySlot implements AnswerTaker {
  /** The next younger request. */
  next: ReplySlot | undefined;
  owner: SlotOwner | undefined;
  kind: SlotKind = 'read';
  /** The key, one character per byte; of a request with several, the first. */
  name = '';
  /** All keys of a request with several. */
  names: readonly string[] | undefined;
  /** How many keys it counts as. */
  weight = 1;
  /** How many values may come for it. */
  asks = 0;
  /** Bytes that it holds: of its value while it is under way, of its answer then. */
  bytes = 0;
  isDone = false;
  /** True for a `get` of one key, whose answer is a value or none; all others have a `reply`. */
  isGet = false;
  /** What the value of a `get` lies in, from `valueStart` to `valueEnd`. Undefined for a miss. */
  value: Buffer | undefined;
  valueStart = 0;
  valueEnd = 0;
  flags = 0;
  /** True while `value` is somebody else's memory. */
  isBorrowed = false;
  reply: Reply = '';
  /** What a `set` answers when it is done. */
  doneReply = '';
  /** How many requests before it must be done before it starts. */
  waits = 0;
  /** Those that wait for it. */
  waiters: ReplySlot[] | undefined;
  /** Starts it when it has waited. */
  start: (() => void) | undefined;

  /** Takes what a `get` found. */
  readonly onItem = (item: Item | undefined): void => {
    if (item !== undefined) {
      this.value = item.value;
      this.valueEnd = this.bytes = item.value.length;
      this.flags = item.flags;
    }
    this.isDone = true;
    this.owner?.settled(this, 0);
  };

  /** As `onItem`, of a value where it was received. */
  onValue(bytes: Buffer, start: number, end: number, flags: number): void {
    this.value = bytes;
    this.valueStart = start;
    this.valueEnd = end;
    this.flags = flags;
    this.isBorrowed = true;
    this.bytes = end - start;
    this.isDone = true;
    this.owner?.settled(this, 0);
  }

  /** Takes the end of a direct call: of a `get` that found nothing, and of a `set`. */
  onDone(): void {
    if (this.isGet) this.onItem(undefined);
    else this.onReply(this.doneReply);
  }

  onFailure(error: unknown): void {
    if (this.isGet) {
      this.onItem(undefined);
      return;
    }
    const line = this.owner?.storeFailed(error) ?? '';
    this.onReply(this.doneReply === '' ? '' : `${line}\r\n`);
  }

  /** Copies a value that is in somebody else's memory, which may be much larger. */
  own(): void {
    if (!this.isBorrowed) return;
    this.value = Buffer.from(this.value!.subarray(this.valueStart, this.valueEnd));
    this.valueEnd -= this.valueStart;
    this.valueStart = 0;
    this.isBorrowed = false;
  }

  /** A cache that cannot be reached is a cache without the value. The backend has published the failure. */
  readonly onMiss = (): void => this.onItem(undefined);

  /** Takes the answer to anything else. */
  readonly onReply = (reply: Reply): void => {
    const freedBytes = this.bytes;
    this.reply = reply;
    this.bytes = replyBytes(reply);
    this.isDone = true;
    this.owner?.settled(this, freedBytes);
  };

  readonly onBug = (error: unknown): void => this.owner?.broken(error);

  /** True when a read may have to wait for it. A read that waits for writes of its other keys is not to be passed. */
  get holdsReads(): boolean {
    return this.kind !== 'read' || (this.names !== undefined && this.start !== undefined);
  }

  /** True when the two must not be under way together: they share a key, and not both read it at once. */
  conflictsWith(other: ReplySlot): boolean {
    if (this.kind === 'barrier' || other.kind === 'barrier') return true;
    if (this.kind === 'read' && !other.holdsReads) return false;
    if (this.names === undefined) return other.has(this.name);
    return this.names.some((name) => other.has(name));
  }

  /** True when the request is about that key. */
  has(name: string): boolean {
    return this.names === undefined ? this.name === name : this.names.includes(name);
  }
}

const MAX_IDLE = 4096;
let idle: ReplySlot | undefined;
let idleCount = 0;

/** A slot for a new request. */
export function takeSlot(owner: SlotOwner, kind: SlotKind, name: string): ReplySlot {
  const slot = idle ?? new ReplySlot();
  if (idle !== undefined) {
    idle = slot.next;
    idleCount -= 1;
    slot.next = undefined;
  }
  slot.owner = owner;
  slot.kind = kind;
  slot.name = name;
  return slot;
}

/** Gives a slot back that is done and out of its line. */
export function releaseSlot(slot: ReplySlot): void {
  if (idleCount >= MAX_IDLE) return;
  slot.owner = undefined;
  slot.name = '';
  slot.names = undefined;
  slot.weight = 1;
  slot.asks = 0;
  slot.bytes = 0;
  slot.isDone = false;
  slot.isGet = false;
  slot.value = undefined;
  slot.valueStart = 0;
  slot.valueEnd = 0;
  slot.flags = 0;
  slot.isBorrowed = false;
  slot.reply = '';
  slot.doneReply = '';
  slot.waits = 0;
  slot.waiters = undefined;
  slot.start = undefined;
  slot.next = idle;
  idle = slot;
  idleCount += 1;
}
