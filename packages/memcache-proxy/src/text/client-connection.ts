import type { Socket } from 'node:net';

import type { Backend } from '../backend/backend.ts';
import { publishFailure } from '../failure-channel.ts';
import type { Command } from './command.ts';
import { CommandParser, type ParserOptions } from './command-parser.ts';
import { endSocket } from './end-socket.ts';
import { type Flushable, flushAtTurnEnd } from './flush-turn.ts';
import { ReadBudget } from './read-budget.ts';
import { readSocket } from './read-socket.ts';
import { largestPiece } from './reply.ts';
import type { ReplySlab } from './reply-slab.ts';
import { releaseSlot, type ReplySlot, type SlotOwner, takeSlot } from './reply-slot.ts';
import { type BackendCommand, errorLine, kindOf, runCommand } from './run-command.ts';
import type { ServerStats } from './server-stats.ts';
import { SlotLine } from './slot-line.ts';

/** Keys under way per connection; more wait until some are answered. */
const MAX_KEYS_IN_FLIGHT = 128;

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
  readonly #line = new SlotLine();
  #keysInLine = 0;
  /** Commands in the line that are not done and that reads of their keys must wait for. */
  #holdingReads = 0;
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
  readonly #isEncrypted: boolean;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.socket = socket;
    this.#options = options;
    this.#isEncrypted = 'encrypted' in socket;
    this.#parser = new CommandParser(options);
    this.#maxBytes = Math.max(options.maxPendingBytes, socket.writableHighWaterMark);
    this.#reads = new ReadBudget(this.#maxBytes);
  }

  /** True when nothing that it sent is under way. */
  get isAnswered(): boolean {
    return this.#line.first === undefined;
  }

  /** Starts to serve. Call it once. */
  start(): void {
    const { socket } = this;
    readSocket(socket, (chunk) => {
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
    if (slot.holdsReads) this.#holdingReads -= 1;
    this.#heldBytes += slot.bytes - freedBytes;
    if (slot.asks > 0) this.#reads.ended(slot.asks, slot.isGet ? slot.bytes : largestPiece(slot.reply));
    if (slot.isGet) {
      const { stats } = this.#options;
      if (slot.value === undefined) stats.getMisses += 1;
      else stats.getHits += 1;
    }
    this.#line.settled(slot);
    if (slot === this.#line.first) this.#flushLater();
  }

  storeFailed(error: unknown): string {
    return errorLine(error, this.#options.stats);
  }

  broken(error: unknown): void {
    // What it had put together so far is nobody else's to read.
    this.#options.slab.discard();
    publishFailure({ operation: 'reply', error: error as Error });
    this.socket.destroy(error as Error);
  }

  /** Writes the answers that are there, up to the first that is not. */
  flush(): void {
    this.#willFlush = false;
    const { slab, stats } = this.#options;
    const { socket } = this;
    const line = this.#line;
    const before = slab.bytes;
    const owed = socket.writableLength;
    // What a slow reader has not asked the system for stays here, where it counts against its bound.
    const limit = before + this.#maxBytes - owed;
    for (let slot = line.first; slot?.isDone === true && slab.bytes <= limit; slot = line.first) {
      line.shift();
      this.#keysInLine -= slot.weight;
      this.#heldBytes -= slot.bytes;
      if (!this.#isGone) slab.add(slot);
      releaseSlot(slot);
    }
    line.ownDone();
    if (this.#isGone) return;
    stats.bytesWritten += slab.bytes - before;
    // Where the system will not take them at once for certain, a copy of its size keeps less than a slab.
    const isTaken = slab.flushTo(socket, owed > 0 || this.#isEncrypted);
    // A socket that took all of it at once never says that it is drained.
    if (isTaken && line.first?.isDone === true) this.#flushLater();
    if (this.#isEnding) this.#endWhenAnswered();
    else if (this.#isPaused) this.#pump();
  }

  #flushLater(): void {
    if (this.#willFlush) return;
    this.#willFlush = true;
    flushAtTurnEnd(this);
  }

  #pump(): void {
    const { writableLength } = this.socket;
    let room = this.#room(writableLength);
    while (!this.#isEnding && room > 0) {
      if (!this.#takeQuick()) {
        const command = this.#parser.next(room);
        if (command === undefined) {
          if (this.#isLastInput) this.end();
          break;
        }
        this.#take(command);
      }
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
    return room < 1 && this.#line.first === undefined ? 1 : room;
  }

  /** Takes what comes next where it is a `get` or a `set` as clients write it; false for everything else. */
  #takeQuick(): boolean {
    const name = this.#parser.takeGet();
    if (name !== undefined) {
      this.#get(name);
      return true;
    }
    const stored = this.#parser.takeSet();
    if (stored === undefined) return false;
    this.#set(stored);
    return true;
  }

  #set(name: string): void {
    const { found, hasWideKey } = this.#parser;
    const { chunk, valueStart, length, flags, ttlSeconds, noreply } = found;
    const { backend, stats } = this.#options;
    const valueEnd = valueStart + length;
    const slot = takeSlot(this, 'write', name);
    const mustWait = this.#line.mustWait(slot);
    if (!mustWait && !hasWideKey) {
      slot.doneReply = noreply ? '' : 'STORED\r\n';
      if (backend.direct?.set(name, chunk, valueStart, valueEnd, flags, ttlSeconds, slot) === true) {
        stats.cmdSet += 1;
        slot.bytes = length;
        this.#heldBytes += length;
        this.#holdingReads += 1;
        this.#append(slot);
        return;
      }
    }
    const key = Buffer.from(name, 'latin1');
    const value = Buffer.from(chunk.subarray(valueStart, valueEnd));
    const command: BackendCommand = { kind: 'store', verb: 'set', key, value, flags, ttlSeconds, cas: 0n, noreply };
    this.#runIn(slot, command, mustWait);
  }

  #get(name: string): void {
    const { backend, stats } = this.#options;
    stats.cmdGet += 1;
    const slot = takeSlot(this, 'read', name);
    slot.isGet = true;
    slot.asks = 1;
    this.#reads.began(1);
    const key = this.#parser.hasWideKey ? Buffer.from(name, 'latin1') : name;
    if (this.#holdingReads > 0 && this.#line.mustWait(slot)) {
      slot.start = () => (this.#isGone ? slot.onMiss() : void backend.get(key).then(slot.onItem, slot.onMiss));
    } else if (typeof key !== 'string' || backend.direct?.get(key, slot) !== true) {
      backend.get(key).then(slot.onItem, slot.onMiss);
    }
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
    const slot = takeSlot(this, kindOf(command), '');
    if (command.kind === 'read') {
      slot.names = command.keys.map((key) => key.toString('latin1'));
      slot.weight = Math.max(1, slot.names.length);
      slot.asks = slot.names.length;
    } else if (command.kind !== 'flush') slot.name = command.key.toString('latin1');
    if (command.kind === 'meta') {
      slot.bytes = command.request.value?.length ?? 0;
      if (command.request.command === 'mg') slot.asks = 1;
    }
    const isIdle = slot.kind === 'read' && this.#holdingReads === 0;
    this.#runIn(slot, command, !isIdle && this.#line.mustWait(slot));
  }

  #runIn(slot: ReplySlot, command: BackendCommand, mustWait: boolean): void {
    const { backend, stats } = this.#options;
    if (command.kind === 'store') slot.bytes = command.value.length;
    this.#reads.began(slot.asks);
    this.#heldBytes += slot.bytes;
    const start = (): void => {
      if (this.#isGone && slot.kind === 'read') slot.onReply('');
      else runCommand(command, backend, stats).then(slot.onReply, slot.onBug).catch(slot.onBug);
    };
    if (mustWait) slot.start = start;
    else start();
    if (slot.holdsReads) this.#holdingReads += 1;
    this.#append(slot);
  }

  #append(slot: ReplySlot): void {
    this.#keysInLine += slot.weight;
    this.#line.append(slot);
  }

  /** What was sent is carried out, as memcached does; what only this client wanted to read is not asked for. */
  #leave(): void {
    this.#isGone = true;
    this.#isEnding = true;
    if (this.#line.first?.isDone === true) this.flush();
  }

  #endWhenAnswered(): void {
    if (this.#line.first === undefined) endSocket(this.socket);
  }
}
