import type { Socket } from 'node:net';

import { applyByteFaults, type Direction } from './byte-faults.ts';
import type { LinkFaults } from './link-faults.ts';

// What a lane holds before it stops reading. A delay line must hold what the link carries during
// the delay, or it would slow the link down to one window per delay.
const MAX_BYTES = 64 * 1024;
const MAX_DELAYED_BYTES = 32 * 1024 * 1024;

interface Parcel {
  bytes: Buffer;
  readonly arrivedAt: number;
  readonly isLast: boolean;
}

/** One direction of one connection: reads from one socket, writes to the other, in order. */
export class Lane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #direction: Direction;
  readonly #faults: LinkFaults;
  readonly #parcels: Parcel[] = [];
  #queuedBytes = 0;
  #position = 0;
  #isBlocked = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, direction: Direction, faults: LinkFaults) {
    this.#from = from;
    this.#to = to;
    this.#direction = direction;
    this.#faults = faults;
  }

  /** Starts to carry. */
  open(): void {
    this.#from.on('data', (chunk: Buffer) => {
      const bytes = applyByteFaults(chunk, this.#position, this.#faults.byteFaults(this.#direction));
      this.#position += chunk.length;
      this.#enqueue({ bytes, arrivedAt: performance.now(), isLast: false });
    });
    this.#from.on('end', () => this.#enqueue({ bytes: Buffer.alloc(0), arrivedAt: performance.now(), isLast: true }));
    this.#to.on('drain', () => {
      this.#isBlocked = false;
      this.carry();
    });
    this.carry();
  }

  /** Stops for good; what is still held is lost. */
  close(): void {
    clearTimeout(this.#timer);
    this.#parcels.length = 0;
  }

  /** Delivers what may be delivered now. Called again whenever the faults change. */
  carry(): void {
    clearTimeout(this.#timer);
    while (!this.#faults.isHalfOpen && !this.#isBlocked) {
      const [parcel] = this.#parcels;
      if (parcel === undefined) break;
      const waitMs = this.#deliver(parcel);
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.carry(), waitMs);
        this.#timer.unref();
        break;
      }
    }
    this.#regulate();
  }

  #enqueue(parcel: Parcel): void {
    this.#parcels.push(parcel);
    this.#queuedBytes += parcel.bytes.length;
    this.carry();
  }

  /** Hands over the parcel or a part of it, and returns how long the rest must wait. */
  #deliver(parcel: Parcel): number {
    const earlyMs = parcel.arrivedAt + this.#faults.delayMs(this.#direction) - performance.now();
    if (earlyMs > 0) return earlyMs;
    if (parcel.isLast) {
      this.#parcels.shift();
      this.#to.end();
      return 0;
    }
    const bucket = this.#faults.bucket(this.#direction);
    const size = bucket === undefined ? parcel.bytes.length : bucket.take(parcel.bytes.length);
    if (size > 0) {
      this.#queuedBytes -= size;
      this.#isBlocked = !this.#to.write(parcel.bytes.subarray(0, size));
    }
    if (size === parcel.bytes.length) {
      this.#parcels.shift();
      return 0;
    }
    parcel.bytes = parcel.bytes.subarray(size);
    return bucket?.waitMs() ?? 0;
  }

  /** Reads on only while there is room, so that the sender feels a slow receiver. */
  #regulate(): void {
    const room = this.#faults.delayMs(this.#direction) > 0 ? MAX_DELAYED_BYTES : MAX_BYTES;
    if (this.#queuedBytes >= room) this.#from.pause();
    else this.#from.resume();
  }
}
