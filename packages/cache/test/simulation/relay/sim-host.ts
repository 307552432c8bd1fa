import type { RelaySocket, RelaySocketOptions, RelayWire } from '@lockstep/invalidation';

import { Link } from '../world/link.ts';
import type { Scheduler } from '../world/scheduler.ts';
import type { SeededRandom } from '../world/seeded-random.ts';
import { SimProcess } from '../world/sim-process.ts';
import { SimWire } from './sim-wire.ts';

interface Listening extends Pick<RelaySocketOptions, 'onConnection'> {
  readonly process: SimProcess;
}

/** What a machine is made of. */
export interface SimHostOptions {
  readonly scheduler: Scheduler;
  readonly random: SeededRandom;
  /** How fast the clocks of all its processes run. */
  readonly clockRate: number;
}

/** A machine with several processes: one clock, and unix sockets between them. */
export class SimHost {
  readonly #options: SimHostOptions;
  readonly #link: Link;
  /** Keeps the time. */
  readonly #kernel: SimProcess;
  readonly #processes: SimProcess[] = [];
  readonly #wires = new Set<SimWire>();
  readonly #listening = new Map<string, Listening>();
  #isAsleep = false;

  constructor(options: SimHostOptions) {
    this.#options = options;
    const { scheduler, random, clockRate } = options;
    this.#link = new Link(scheduler, random);
    this.#kernel = new SimProcess({ name: 'kernel', scheduler, random, clockRate });
  }

  /** A process on this machine. */
  process(name: string, random: SeededRandom): SimProcess {
    const { scheduler, clockRate } = this.#options;
    const process = new SimProcess({ name, scheduler, random, clockRate });
    process.takeClockOf(this.#kernel);
    this.#processes.push(process);
    return process;
  }

  get isAsleep(): boolean {
    return this.#isAsleep;
  }

  /** The machine sleeps. One of which a process is frozen does not: that one would have to be told apart. */
  suspend(): void {
    if (this.#isAsleep || this.#alive().some(({ isStopped }) => isStopped)) return;
    this.#isAsleep = true;
    for (const process of [this.#kernel, ...this.#alive()]) process.suspend();
  }

  wake(): void {
    this.#isAsleep = false;
    for (const process of [this.#kernel, ...this.#alive()]) process.wake();
  }

  /** Sets the wall clock so much before true time, or behind it. */
  setWall(aheadMs: number): void {
    for (const process of [this.#kernel, ...this.#alive()]) process.setWall(aheadMs);
  }

  listen(process: SimProcess, path: string, { onConnection }: RelaySocketOptions): RelaySocket {
    const listening = { process, onConnection };
    this.#listening.set(path, listening);
    return {
      close: async () => {
        if (this.#listening.get(path) === listening) this.#listening.delete(path);
      },
    };
  }

  connect(process: SimProcess, path: string): RelayWire {
    const wire = this.#wire(process);
    this.#options.scheduler.after(this.#link.delayMs(), () => {
      const to = this.#listening.get(path);
      if (to === undefined || !to.process.isAlive) {
        process.deliver(() => wire.destroy(new Error(`connect ECONNREFUSED ${path}`)));
        return;
      }
      // The kernel connects; whoever listens hears of it when it runs.
      const other = this.#wire(to.process);
      other.join(wire);
      to.process.deliver(() => to.onConnection(other));
      wire.join(other);
    });
    return wire;
  }

  /** Sockets of processes that are gone end. */
  reap(): void {
    for (const wire of this.#wires) {
      if (wire.process.isAlive && !wire.destroyed) continue;
      this.#wires.delete(wire);
      wire.end();
    }
  }

  #alive(): SimProcess[] {
    return this.#processes.filter(({ isAlive }) => isAlive);
  }

  #wire(process: SimProcess): SimWire {
    const wire = new SimWire(process, this.#link.pipe(true));
    this.#wires.add(wire);
    return wire;
  }
}
