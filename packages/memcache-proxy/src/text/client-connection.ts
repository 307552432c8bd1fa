import type { Socket } from 'node:net';

import { systemClock } from '@lockstep/core';

import type { Backend } from '../backend/backend.ts';
import type { Command } from './command.ts';
import { CommandParser, type ParserOptions } from './command-parser.ts';
import { type Flushable, flushAtTurnEnd } from './flush-turn.ts';
import { ReadBudget } from './read-budget.ts';
import { largestPiece } from './reply.ts';
import type { ReplySlab } from './reply-slab.ts';
import { releaseSlot, type ReplySlot, type SlotKind, type SlotOwner, takeSlot } from './reply-slot.ts';
import { type BackendCommand, runCommand } from './run-command.ts';
import type { ServerStats } from './server-stats.ts';

/** Keys under way per connection; more wait until some are answered. */
const MAX_KEYS_IN_FLIGHT = 128;

/** How long a client that was told the end has for ending its own side. */
const LINGER_MS = 2000;

/** What a connection is given. */
export interface ConnectionOptions extends ParserOptions {
  readonly backend: Backend;
  readonly stats: ServerStats;
  /** Shared by the connections of a server. */
  readonly slab: ReplySlab;
  /** Bytes of requests under way and of replies not taken, above which the connection takes no more requests. */
  readonly maxPendingBytes: number;
  /** The answer to `stats`. */
  readonly tellStats: (words: readonly string[]) => string;
}

/** One client of the memcached face: reads commands, runs them concurrently, answers in order. */
export class ClientConnection implements SlotOwner, Flushable {
  readonly socket: Socket;
  /** Moves with everything that was read. */
  bytesRead = 0;
  readonly #options: ConnectionOptions;
  readonly #parser: CommandParser;
  /** The line: requests in their order, from the oldest that is not answered. */
  #first: ReplySlot | undefined;
  #last: ReplySlot | undefined;
  #keysInLine = 0;
  /** Commands in the line that are not done and that reads of their keys must wait for. */
  #writesUnderWay = 0;
  /** Values on their way to memcached, and replies that wait for an earlier one. */
  #heldBytes = 0;
  /** `maxPendingBytes`, but never less than the socket holds before it tells when that is gone. */
  readonly #maxBytes: number;
  readonly #reads: ReadBudget;
  /** No more input counts: the client ended or quit, or the server closes. */
  #isEnding = false;
  /** The client has ended its side; what it sent until then counts. */
  #isLastInput = false;
  /** There is nobody to answer any more. */
  #isGone = false;
  #isPaused = false;
  #willFlush = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.socket = socket;
    this.#options = options;
    this.#parser = new CommandParser(options);
    this.#maxBytes = Math.max(options.maxPendingBytes, socket.writableHighWaterMark);
    this.#reads = new ReadBudget(this.#maxBytes);
  }

  /** True when nothing that it sent is under way. */
  get isAnswered(): boolean {
    return this.#first === undefined;
  }

  /** Starts to serve. Call it once. */
  start(): void {
    const { socket } = this;
    socket.on('data', (chunk: Buffer) => {
      if (this.#isEnding) return;
      this.bytesRead += chunk.length;
      this.#options.stats.bytesRead += chunk.length;
      this.#parser.push(chunk);
      this.#pump();
    });
    socket.on('drain', () => {
      this.flush();
      this.#pump();
    });
    socket.on('end', () => {
      this.#isLastInput = true;
      this.#pump();
    });
    socket.on('close', () => this.#leave());
  }

  /** Takes no further command, answers those under way, then ends the connection. */
  end(): void {
    this.#isEnding = true;
    this.#endWhenAnswered();
  }

  settled(slot: ReplySlot, freedBytes: number): void {
    if (slot.kind !== 'read') this.#writesUnderWay -= 1;
    this.#heldBytes += slot.bytes - freedBytes;
    if (slot.asks > 0) this.#reads.ended(slot.asks, slot.isGet ? slot.bytes : largestPiece(slot.reply));
    if (slot.isGet) {
      const { stats } = this.#options;
      if (slot.item === undefined) stats.getMisses += 1;
      else stats.getHits += 1;
    }
    if (slot.waiters !== undefined) this.#wake(slot.waiters);
    if (slot === this.#first && !this.#willFlush) {
      this.#willFlush = true;
      flushAtTurnEnd(this);
    }
  }

  broken(error: unknown): void {
    this.socket.destroy(error as Error);
  }

  /** Writes the answers that are there, up to the first that is not. */
  flush(): void {
    this.#willFlush = false;
    const { slab, stats } = this.#options;
    const before = slab.bytes;
    // What a slow reader has not asked the system for stays here, where it counts against its bound.
    const limit = before + this.#maxBytes - this.socket.writableLength;
    for (let slot = this.#first; slot?.isDone === true && slab.bytes <= limit; slot = this.#first) {
      this.#first = slot.next;
      this.#keysInLine -= slot.weight;
      this.#heldBytes -= slot.bytes;
      if (!this.#isGone) slab.add(slot);
      releaseSlot(slot);
    }
    if (this.#first === undefined) this.#last = undefined;
    if (this.#isGone) return;
    stats.bytesWritten += slab.bytes - before;
    slab.flushTo(this.socket);
    if (this.#isEnding) this.#endWhenAnswered();
    else if (this.#isPaused) this.#pump();
  }

  #pump(): void {
    const { writableLength } = this.socket;
    let room = this.#room(writableLength);
    while (!this.#isEnding && room > 0) {
      const name = this.#parser.takeGet();
      if (name === undefined) {
        const command = this.#parser.next(room);
        if (command === undefined) {
          if (this.#isLastInput) this.end();
          break;
        }
        this.#take(command);
      } else this.#get(name);
      room = this.#room(writableLength);
    }
    const mustPause = room <= 0 && !this.#isEnding;
    if (mustPause === this.#isPaused) return;
    this.#isPaused = mustPause;
    if (mustPause) this.socket.pause();
    else this.socket.resume();
  }

  /** How many keys the next command may read; none while it must wait for those before it. */
  #room(writableLength: number): number {
    const freeBytes = this.#maxBytes - this.#heldBytes - writableLength;
    if (this.#keysInLine >= MAX_KEYS_IN_FLIGHT || freeBytes < 0) return 0;
    const room = this.#reads.room(freeBytes);
    // One always may: its value is the only one that is held.
    return room < 1 && this.#first === undefined ? 1 : room;
  }

  #get(name: string): void {
    const { backend, stats } = this.#options;
    stats.cmdGet += 1;
    const slot = takeSlot(this, 'read', name);
    slot.isGet = true;
    slot.asks = 1;
    this.#reads.began(1);
    const key = this.#parser.hasWideKey ? Buffer.from(name, 'latin1') : name;
    if (this.#writesUnderWay > 0 && this.#mustWait(slot)) {
      slot.start = () => (this.#isGone ? slot.onMiss() : void backend.get(key).then(slot.onItem, slot.onMiss));
    } else backend.get(key).then(slot.onItem, slot.onMiss);
    this.#append(slot);
  }

  #take(command: Command): void {
    if (command.kind === 'close') this.end();
    else if (command.kind === 'answer') this.#answer(command.line === '' ? '' : `${command.line}\r\n`);
    else if (command.kind === 'stats') this.#answer(this.#options.tellStats(command.words));
    else this.#run(command);
  }

  #answer(reply: string): void {
    const slot = takeSlot(this, 'read', '');
    this.#append(slot);
    slot.onReply(reply);
  }

  #run(command: BackendCommand): void {
    const { backend, stats } = this.#options;
    const slot = takeSlot(this, kindOf(command), '');
    if (command.kind === 'read') {
      slot.names = command.keys.map((key) => key.toString('latin1'));
      slot.weight = Math.max(1, slot.names.length);
      slot.asks = slot.names.length;
    } else if (command.kind !== 'flush') slot.name = command.key.toString('latin1');
    if (command.kind === 'store') slot.bytes = command.value.length;
    else if (command.kind === 'meta') {
      slot.bytes = command.request.value?.length ?? 0;
      if (command.request.command === 'mg') slot.asks = 1;
    }
    this.#reads.began(slot.asks);
    this.#heldBytes += slot.bytes;
    const start = (): void => {
      if (this.#isGone && slot.kind === 'read') slot.onReply('');
      else runCommand(command, backend, stats).then(slot.onReply, slot.onBug).catch(slot.onBug);
    };
    const isIdle = slot.kind === 'read' && this.#writesUnderWay === 0;
    if (!isIdle && this.#mustWait(slot)) slot.start = start;
    else start();
    if (slot.kind !== 'read') this.#writesUnderWay += 1;
    this.#append(slot);
  }

  #append(slot: ReplySlot): void {
    this.#keysInLine += slot.weight;
    if (this.#last === undefined) this.#first = slot;
    else this.#last.next = slot;
    this.#last = slot;
  }

  /** Has the slot wait for those before it that it must not overtake; false when there are none. */
  #mustWait(slot: ReplySlot): boolean {
    for (let before = this.#first; before !== undefined; before = before.next) {
      if (before.isDone || !slot.conflictsWith(before)) continue;
      slot.waits += 1;
      if (before.waiters === undefined) before.waiters = [slot];
      else before.waiters.push(slot);
    }
    return slot.waits > 0;
  }

  #wake(waiters: readonly ReplySlot[]): void {
    for (const waiter of waiters) {
      waiter.waits -= 1;
      if (waiter.waits === 0) waiter.start?.();
    }
  }

  /** What was sent is carried out, as memcached does; what only this client wanted to read is not asked for. */
  #leave(): void {
    this.#isGone = true;
    this.#isEnding = true;
    if (this.#first?.isDone === true) this.flush();
  }

  #endWhenAnswered(): void {
    const { socket } = this;
    if (this.#first !== undefined || socket.writableEnded || socket.destroyed) return;
    socket.end();
    // Unread input makes the system reset the connection, and the client may lose its last replies.
    socket.resume();
    const linger = systemClock.setTimer(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => linger.cancel());
  }
}

function kindOf(command: BackendCommand): SlotKind {
  if (command.kind === 'flush') return 'barrier';
  if (command.kind === 'read') return command.ttlSeconds === undefined ? 'read' : 'write';
  return command.kind === 'meta' && !command.isWrite ? 'read' : 'write';
}
