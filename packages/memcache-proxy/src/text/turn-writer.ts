import type { Socket } from 'node:net';

import type { Reply } from './execute-command.ts';

/** Up to here the replies of a turn are copied into one buffer; above, they are handed over as they are. */
const MAX_JOIN_BYTES = 65_536;

/** Gathers the replies of one turn of the event loop and writes them to the socket at once. */
export class TurnWriter {
  readonly #socket: Socket;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #isScheduled = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Bytes that the client has not taken yet, here and in the socket. */
  get pendingBytes(): number {
    return this.#bytes + this.#socket.writableLength;
  }

  /** Adds a reply to what this turn writes. */
  write(reply: Reply): void {
    for (const piece of reply) {
      this.#pieces.push(piece);
      this.#bytes += piece.length;
    }
    if (this.#isScheduled || this.#bytes === 0) return;
    this.#isScheduled = true;
    // Every socket's data event is a turn of its own: only after all of them is there anything to gather.
    setImmediate(() => this.flush());
  }

  /** Writes what there is now. */
  flush(): void {
    this.#isScheduled = false;
    const pieces = this.#pieces;
    const bytes = this.#bytes;
    this.#pieces = [];
    this.#bytes = 0;
    if (bytes === 0 || !this.#socket.writable) return;
    if (bytes <= MAX_JOIN_BYTES) {
      this.#socket.write(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, bytes));
      return;
    }
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
  }
}
