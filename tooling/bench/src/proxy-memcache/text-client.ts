import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import type { KeyClient } from '../proxy-http/slow-node.ts';

/** A client of the memcached protocol with a connection for each request under way, as an answer holds up those behind it. */
export class TextClient implements KeyClient {
  readonly #port: number;
  readonly #idle: Socket[] = [];
  readonly #all: Socket[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  async read(key: string): Promise<number | undefined> {
    const answer = await this.#ask(`get ${key}\r\n`, 'END\r\n');
    const size = /^VALUE \S+ \d+ (\d+)\r\n/.exec(answer)?.[1];
    return size === undefined ? undefined : Number(size);
  }

  async write(key: string, value: Buffer): Promise<void> {
    const answer = await this.#ask(`set ${key} 0 0 ${value.length}\r\n${value.toString('latin1')}\r\n`, '\r\n');
    if (answer !== 'STORED\r\n') throw new Error(`a write was answered with ${answer.trim()}`);
  }

  close(): void {
    for (const socket of this.#all) socket.destroy();
  }

  async #ask(request: string, end: string): Promise<string> {
    const socket = this.#idle.pop() ?? (await this.#open());
    return new Promise((resolve, reject) => {
      let answer = '';
      const hangUp = (): void => reject(new Error('the server closed the connection'));
      const take = (chunk: Buffer): void => {
        answer += chunk.toString('latin1');
        if (!answer.endsWith(end)) return;
        socket.off('data', take).off('close', hangUp);
        this.#idle.push(socket);
        resolve(answer);
      };
      socket.on('data', take).on('close', hangUp);
      socket.write(request, 'latin1');
    });
  }

  async #open(): Promise<Socket> {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    // 'close' follows.
    socket.on('error', () => {});
    this.#all.push(socket);
    return socket;
  }
}
