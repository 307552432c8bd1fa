import type { Timer } from '@lockstep/core';

import { toLockError } from '../to-lock-error.ts';
import type { CheckedElectOptions } from './elect-options.ts';
import type { ElectionDoor } from './election-door.ts';
import type { ElectionEar } from './election-events.ts';
import type { Leader } from './election.ts';
import { readLeader } from './leader-record.ts';

/** Tells who listens that somebody else leads. It asks only while somebody does. */
export class LeaderWatch {
  readonly #options: CheckedElectOptions;
  readonly #door: ElectionDoor;
  readonly #ear: ElectionEar;
  #timer: Timer | undefined;
  #leader: Leader | undefined;
  /** What was told or asked since then is newer than an answer that is on its way. */
  #turn = 0;
  #hasFailed = false;
  #isClosed = false;

  constructor(options: CheckedElectOptions, door: ElectionDoor, ear: ElectionEar) {
    this.#options = options;
    this.#door = door;
    this.#ear = ear;
  }

  /** Looks now, and again every `watchMs`. */
  look(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#isClosed || !this.#ear.hears('leader')) return;
    void this.#ask(++this.#turn);
    this.#timer = this.#door.clock.setTimer(() => this.look(), this.#options.watchMs);
  }

  /** This process leads. */
  elected(leader: Leader): void {
    this.#turn++;
    this.#heard(leader);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async #ask(turn: number): Promise<void> {
    try {
      const leader = readLeader(await this.#door.inspect(this.#options.key, {}));
      this.#hasFailed = false;
      if (turn === this.#turn) this.#heard(leader);
    } catch (error) {
      // Once per outage.
      if (!this.#hasFailed && !this.#isClosed) {
        this.#ear.tell('error', toLockError(error, `who leads "${this.#options.name}" could not be asked`));
      }
      this.#hasFailed = true;
    }
  }

  #heard(leader: Leader | undefined): void {
    if (this.#isClosed || leader?.token === this.#leader?.token) return;
    this.#leader = leader;
    this.#ear.tell('leader', leader);
  }
}
