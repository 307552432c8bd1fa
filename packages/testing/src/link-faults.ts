import { type ByteFault, type ByteRange, checkByteRange, type Direction } from './byte-faults.ts';
import { TokenBucket } from './token-bucket.ts';

/** How late each direction delivers. */
export interface DelayOptions {
  /** Milliseconds from the client to the server. @default 0 */
  readonly upMs?: number;
  /** Milliseconds from the server to the client. @default 0 */
  readonly downMs?: number;
}

/** How much each direction delivers. */
export interface ThrottleOptions {
  /** Bytes per second of all connections together, in each direction for itself. */
  readonly bytesPerSecond: number;
}

/** The faults that are in force now; every connection of a proxy looks at the same ones. */
export class LinkFaults {
  readonly #onChange: () => void;
  #delayMs: Readonly<Record<Direction, number>> = { up: 0, down: 0 };
  #buckets: Readonly<Record<Direction, TokenBucket>> | undefined;
  #byteFaults: readonly ByteFault[] = [];
  #isHalfOpen = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get isHalfOpen(): boolean {
    return this.#isHalfOpen;
  }

  delayMs(direction: Direction): number {
    return this.#delayMs[direction];
  }

  bucket(direction: Direction): TokenBucket | undefined {
    return this.#buckets?.[direction];
  }

  byteFaults(direction: Direction): readonly ByteFault[] {
    return this.#byteFaults.filter((fault) => fault.direction === direction);
  }

  delay({ upMs = 0, downMs = 0 }: DelayOptions): void {
    for (const [name, value] of Object.entries({ upMs, downMs }))
      if (!(value >= 0 && Number.isFinite(value))) throw new RangeError(`${name} must be 0 or more, got ${value}`);
    this.#delayMs = { up: upMs, down: downMs };
    this.#onChange();
  }

  throttle({ bytesPerSecond }: ThrottleOptions): void {
    if (!(bytesPerSecond > 0)) throw new RangeError(`bytesPerSecond must be positive, got ${bytesPerSecond}`);
    this.#buckets = { up: new TokenBucket(bytesPerSecond), down: new TokenBucket(bytesPerSecond) };
    this.#onChange();
  }

  addByteFault(effect: ByteFault['effect'], range: ByteRange): void {
    checkByteRange(range);
    const { direction, offset, count } = range;
    this.#byteFaults = [...this.#byteFaults, { effect, direction, offset, count }];
  }

  halfOpen(): void {
    this.#isHalfOpen = true;
    this.#onChange();
  }

  heal(): void {
    this.#delayMs = { up: 0, down: 0 };
    this.#buckets = undefined;
    this.#byteFaults = [];
    this.#isHalfOpen = false;
    this.#onChange();
  }
}
