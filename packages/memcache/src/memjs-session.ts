import type { Socket } from 'node:net';

import { describeError } from '@lockstep/core';

import { MemcacheError } from './memcache-error.ts';
import type { MemjsParts } from './memjs-client.ts';

/** One call on memjs: hands the callback to it. */
export type MemjsCall<T> = (parts: MemjsParts, done: (error: unknown, result: T) => void) => void;

/**
 * One memjs client with at most one connection. memjs keeps the bytes of a broken connection and
 * puts the next one's after them; so a client whose connection has ended is never used again.
 */
export class MemjsSession {
  /** Calls made so far. memjs numbers them with 31 bits. */
  calls = 0;
  /** Calls answered so far, refusals included. */
  answered = 0;
  isRetired = false;
  readonly #parts: MemjsParts;
  readonly #node: string;
  readonly #waiting = new Set<(error: MemcacheError) => void>();
  #socket: Socket | undefined;
  #isDraining = false;

  constructor(parts: MemjsParts, node: string) {
    this.#parts = parts;
    this.#node = node;
  }

  /** Makes a call. A failed connection rejects this call and every other one that waits. */
  run<T>(call: MemjsCall<T>): Promise<T> {
    this.calls++;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject);
      try {
        call(this.#parts, (error, result) => this.#answer(resolve, reject, error, result));
      } catch (error) {
        this.#waiting.delete(reject);
        reject(error);
      }
      this.#watchSocket();
    });
  }

  /** Ends the connection; everything that waits rejects with `error`. */
  retire(error: MemcacheError): void {
    if (this.isRetired) return;
    this.isRetired = true;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#parts.server.error(error);
    this.#socket?.destroy();
    for (const reject of waiting) reject(error);
  }

  /** Ends the connection when the last call is answered. */
  drain(): void {
    this.#isDraining = true;
    if (this.#waiting.size === 0) this.#retireAsDrained();
  }

  #answer<T>(resolve: (result: T) => void, reject: (error: MemcacheError) => void, error: unknown, result: T): void {
    if (!this.#waiting.delete(reject)) return;
    if (error !== null && error !== undefined && !isRefusal(error)) {
      const lost = this.#lost(describeError(error), error);
      reject(lost);
      this.retire(lost);
      return;
    }
    this.answered++;
    if (isRefusal(error)) reject(refusal(error));
    else resolve(result);
    if (this.#isDraining && this.#waiting.size === 0) this.#retireAsDrained();
  }

  #retireAsDrained(): void {
    this.retire(new MemcacheError('ERR_MEMCACHE_CLOSED', 'the client was replaced'));
  }

  #watchSocket(): void {
    const socket = this.#parts.server._socket;
    if (socket === undefined && this.#socket === undefined && !this.isRetired) {
      this.retire(new MemcacheError('ERR_MEMCACHE_UNSUPPORTED', 'this version of memjs hides its socket'));
    }
    if (socket === undefined || socket === this.#socket) return;
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.once('close', () => this.retire(this.#lost('the connection was closed')));
  }

  #lost(reason: string, cause?: unknown): MemcacheError {
    const code = this.answered === 0 ? 'ERR_MEMCACHE_NODE_DOWN' : 'ERR_MEMCACHE_CONNECTION_LOST';
    return new MemcacheError(code, `${this.#node}: ${reason}`, { cause });
  }
}

/** memjs puts its own name before what the server said. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('MemJS ');
}

function refusal(error: Error): MemcacheError {
  const code = error.message.includes('Value too large') ? 'ERR_MEMCACHE_VALUE_TOO_LARGE' : 'ERR_MEMCACHE_SERVER';
  return new MemcacheError(code, `the server refused: ${error.message}`, { cause: error });
}
