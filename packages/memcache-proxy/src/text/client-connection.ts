import type { Socket } from 'node:net';

import { systemClock } from '@lockstep/core';

import type { Backend } from '../backend/backend.ts';
import type { Command } from './command.ts';
import { CommandParser, type ParserOptions } from './command-parser.ts';
import { executeCommand, type Reply } from './execute-command.ts';
import { KeyOrder } from './key-order.ts';
import { ReplyQueue } from './reply-queue.ts';
import { TurnWriter } from './turn-writer.ts';

/** Keys under way per connection; more wait until some are answered. */
const MAX_KEYS_IN_FLIGHT = 128;

/** How long a client that was told the end has for ending its own side. */
const LINGER_MS = 2000;

/** What a connection is given. */
export interface ConnectionOptions extends ParserOptions {
  readonly backend: Backend;
  /** Bytes of requests under way and of replies not taken, above which the connection takes no more requests. */
  readonly maxPendingBytes: number;
}

/** One client of the memcached face: reads commands, runs them concurrently, answers in order. */
export class ClientConnection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #parser: CommandParser;
  readonly #order = new KeyOrder();
  readonly #writer: TurnWriter;
  readonly #replies: ReplyQueue;
  #keysInFlight = 0;
  /** Values on their way to memcached, and replies that wait for an earlier one. */
  #heldBytes = 0;
  /** No more input counts: the client ended or quit, or the server closes. */
  #isEnding = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#parser = new CommandParser(options);
    this.#writer = new TurnWriter(socket);
    this.#replies = new ReplyQueue((reply) => this.#send(reply));
  }

  /** Starts to serve. Call it once. */
  start(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      if (this.#isEnding) return;
      this.#parser.push(chunk);
      this.#pump();
    });
    this.#socket.on('drain', () => this.#pump());
    this.#socket.on('end', () => this.end());
  }

  /** Takes no further command, answers those under way, then ends the connection. */
  end(): void {
    this.#isEnding = true;
    this.#endWhenAnswered();
  }

  #pump(): void {
    while (!this.#isEnding && !this.#isFull()) {
      const command = this.#parser.next();
      if (command === undefined) break;
      if (command.kind === 'close') this.end();
      else this.#run(command);
    }
    if (this.#isEnding || !this.#isFull()) this.#socket.resume();
    else this.#socket.pause();
  }

  #isFull(): boolean {
    const pendingBytes = this.#heldBytes + this.#writer.pendingBytes;
    return this.#keysInFlight >= MAX_KEYS_IN_FLIGHT || pendingBytes > this.#options.maxPendingBytes;
  }

  #run(command: Command): void {
    const keys = command.kind === 'read' ? command.keys.length : 1;
    const bytes = command.kind === 'store' ? command.value.length : 0;
    this.#keysInFlight += keys;
    this.#heldBytes += bytes;
    const answer = this.#replies.reserve();
    const finish = (reply: Reply): void => {
      this.#keysInFlight -= keys;
      this.#heldBytes += byteLength(reply) - bytes;
      answer(reply);
      if (this.#isEnding) this.#endWhenAnswered();
      else this.#pump();
    };
    // Every failure of a command is an answer; a rejection is a bug, after which replies cannot be told apart.
    executeCommand(command, this.#options.backend, this.#order)
      .then(finish)
      .catch((error: unknown) => this.#socket.destroy(error as Error));
  }

  #send(reply: Reply): void {
    this.#heldBytes -= byteLength(reply);
    this.#writer.write(reply);
  }

  #endWhenAnswered(): void {
    if (this.#replies.length > 0) return;
    if (this.#socket.writableEnded || this.#socket.destroyed) return;
    this.#writer.flush();
    this.#socket.end();
    // Unread input makes the system reset the connection, and the client may lose its last replies.
    this.#socket.resume();
    const linger = systemClock.setTimer(() => this.#socket.destroy(), LINGER_MS);
    this.#socket.once('close', () => linger.cancel());
  }
}

function byteLength(reply: Reply): number {
  let bytes = 0;
  for (const piece of reply) bytes += piece.length;
  return bytes;
}
