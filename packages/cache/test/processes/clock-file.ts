import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Sets the clocks of a process that goes by `shifted-clock.mjs`. */
export class ClockFile implements Disposable {
  readonly path: string;
  readonly #file: number;
  /** How far its wall clock is before true time, and for how long its machine has slept, in milliseconds. */
  readonly #shift = new Float64Array(2);

  constructor(name: string) {
    this.path = join(tmpdir(), `lockstep-clock-${process.pid}-${name}`);
    this.#file = openSync(this.path, 'w');
    this.#write();
  }

  setWall(aheadMs: number): void {
    this.#shift[0] = aheadMs;
    this.#write();
  }

  /** The machine has slept for so long; call it before the process runs again. */
  addSleep(ms: number): void {
    this.#shift[1]! += ms;
    this.#write();
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
    rmSync(this.path, { force: true });
  }

  /** In place: the process has it open. A reader sees all sixteen bytes of one moment or of the other. */
  #write(): void {
    writeSync(this.#file, this.#shift, 0, this.#shift.byteLength, 0);
  }
}
