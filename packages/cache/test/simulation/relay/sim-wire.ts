import { EventEmitter } from 'node:events';

import type { RelayWire } from '@lockstep/invalidation';

import type { Pipe } from '../world/link.ts';
import type { SimProcess } from '../world/sim-process.ts';

/** One end of a unix socket. What was written arrives, also when the end is closed or its process dies. */
export class SimWire extends EventEmitter implements RelayWire {
  readonly process: SimProcess;
  readonly #up: Pipe;
  #peer: SimWire | undefined;
  #waiting: (() => void)[] = [];
  #isOver = false;

  constructor(process: SimProcess, up: Pipe) {
    super();
    this.process = process;
    this.#up = up;
  }

  get destroyed(): boolean {
    return this.#isOver;
  }

  /** The kernel takes everything. */
  get writableLength(): number {
    return 0;
  }

  /** Makes this and another one the ends of one connection. What was written before is sent. */
  join(peer: SimWire): void {
    this.#peer = peer;
    for (const send of this.#waiting.splice(0)) send();
  }

  write(bytes: Buffer): boolean {
    const copy = Buffer.from(bytes);
    if (!this.#isOver) this.#send((peer) => peer.#receive(copy));
    return true;
  }

  cork(): void {
    // What is written together arrives one after the other.
  }

  uncork(): void {
    // See above.
  }

  destroy(error?: Error): void {
    if (this.#isOver) return;
    this.end();
    this.process.post(0, () => {
      if (error !== undefined) this.emit('error', error);
      this.emit('close');
    });
  }

  destroySoon(): void {
    this.destroy();
  }

  /** As the kernel closes it when its process is gone. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#send((peer) => peer.destroy());
  }

  #send(arrive: (peer: SimWire) => void): void {
    const send = (): void =>
      this.#up.send(() => {
        const peer = this.#peer!;
        peer.process.deliver(() => arrive(peer));
      });
    if (this.#peer === undefined) this.#waiting.push(send);
    else send();
  }

  #receive(bytes: Buffer): void {
    if (!this.#isOver) this.emit('data', bytes);
  }
}
