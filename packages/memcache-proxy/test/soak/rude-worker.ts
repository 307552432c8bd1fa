import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import { FRAMES_TYPE, toFrame } from './batch-worker.ts';
import { anyKey, type BegunWrite, beginWrite, type Worker, type WorkerParts } from './worker.ts';

/** Hangs up in the middle of requests and of replies, through both faces. */
export class RudeWorker implements Worker {
  readonly #parts: WorkerParts;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
  }

  async step(): Promise<void> {
    const { random } = this.#parts;
    const name = random.pick(['text', 'http', 'batch', 'reads'] as const);
    if (name === 'reads') await this.#hangUpReading();
    else await this.#hangUpWriting(name);
    await wait(random.below(20));
  }

  async close(): Promise<void> {}

  async #hangUpWriting(face: 'text' | 'http' | 'batch'): Promise<void> {
    const { random, textPort, httpPort } = this.#parts;
    const write = beginWrite(this.#parts, true);
    const bytes = { text: textSet, http: httpPut, batch: httpBatch }[face](write);
    const isWhole = random.oneIn(2);
    // Somewhere in the value, so that nothing of it may be stored.
    const kept = isWhole ? bytes.length : bytes.length - 1 - random.below(write.value.length);
    const socket = await open(face === 'text' ? textPort : httpPort);
    if (face === 'text' && random.oneIn(2)) socket.write(this.#reads());
    socket.write(bytes.subarray(0, kept));
    if (random.oneIn(2)) await wait(random.below(10));
    await this.#hangUp(socket);
    write.end(isWhole ? 'lost' : 'refused');
  }

  /** Asks for much, and goes before it has it. */
  async #hangUpReading(): Promise<void> {
    const { random, textPort, httpPort } = this.#parts;
    const isText = random.oneIn(2);
    const socket = await open(isText ? textPort : httpPort);
    if (isText) for (let round = random.below(20); round >= 0; round--) socket.write(this.#reads());
    else {
      const path = random.pick([
        `/v1/cache/${encodeURIComponent(anyKey(this.#parts))}`,
        `/v1/nodes/${encodeURIComponent(anyKey(this.#parts))}`,
        `/v1/cache?keys=${this.#keys(20).map(encodeURIComponent).join(',')}`,
      ]);
      socket.write(`GET ${path} HTTP/1.1\r\nhost: soak\r\n\r\n`);
    }
    if (random.oneIn(3)) {
      // Takes nothing for a while.
      socket.pause();
      await wait(random.below(200));
    } else await Promise.race([once(socket, 'data'), wait(random.below(100))]);
    await this.#hangUp(socket);
  }

  #reads(): string {
    return `get ${this.#keys(10).join(' ')}\r\nmg ${anyKey(this.#parts)} v\r\n`;
  }

  #keys(count: number): string[] {
    return Array.from({ length: count }, () => anyKey(this.#parts));
  }

  async #hangUp(socket: Socket): Promise<void> {
    if (socket.closed) return;
    const closed = once(socket, 'close');
    const way = this.#parts.random.below(3);
    if (way === 0) socket.resetAndDestroy();
    else if (way === 1) socket.destroy();
    else {
      socket.end();
      socket.resume();
      // What the proxy owes may be much, and a node may be away.
      await Promise.race([closed, wait(this.#parts.random.below(500))]);
      socket.destroy();
    }
    await closed;
  }
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  // The proxy may cut off whoever is rude.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

function textSet({ key, flags, value }: BegunWrite): Buffer {
  return Buffer.concat([Buffer.from(`set ${key} ${flags} 0 ${value.length}\r\n`), value, Buffer.from('\r\n')]);
}

function httpPut({ key, flags, value }: BegunWrite): Buffer {
  const path = `/v1/cache/${encodeURIComponent(key)}`;
  const head = `PUT ${path} HTTP/1.1\r\nhost: soak\r\nx-cache-flags: ${flags}\r\ncontent-length: ${value.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), value]);
}

function httpBatch(write: BegunWrite): Buffer {
  const frame = toFrame('set', write.key, write);
  const head = `POST /v1/batch HTTP/1.1\r\nhost: soak\r\ncontent-type: ${FRAMES_TYPE}\r\ncontent-length: ${frame.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), frame]);
}
