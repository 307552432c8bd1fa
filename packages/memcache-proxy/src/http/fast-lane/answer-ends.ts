import type { Server } from 'node:http';

/** What node:http puts under every head of a server: the time, and how long the connection is kept. */
export class AnswerEnds {
  readonly #server: Server;
  #keepAliveMs = -1;
  #keepAlive = '';
  #second = -1;
  #date = '';

  constructor(server: Server) {
    this.#server = server;
  }

  /** The end of a head, with the empty line. */
  at(nowMs: number, isLast: boolean): string {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#date = `Date: ${new Date(nowMs).toUTCString()}\r\n`;
    }
    return isLast ? `${this.#date}Connection: close\r\n\r\n` : this.#date + this.#keptAlive();
  }

  #keptAlive(): string {
    const { keepAliveTimeout } = this.#server;
    if (keepAliveTimeout !== this.#keepAliveMs) {
      this.#keepAliveMs = keepAliveTimeout;
      const kept = keepAliveTimeout > 0 ? `Keep-Alive: timeout=${Math.floor(keepAliveTimeout / 1000)}\r\n` : '';
      this.#keepAlive = `Connection: keep-alive\r\n${kept}\r\n`;
    }
    return this.#keepAlive;
  }
}
