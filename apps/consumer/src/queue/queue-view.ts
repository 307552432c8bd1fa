import type { Backlog } from '../source/source.ts';

/** What of the lanes is looked at. */
export interface ViewedLanes {
  readonly size: number;
  readonly blocked: number;
  readonly oldestMs: number | undefined;
}

/** What a leader sees of its queue; empty while it does not lead. */
export class QueueView {
  /** As of about a second ago; undefined while it is not known. */
  backlog: Backlog | undefined;
  #lanes: ViewedLanes | undefined;

  /** The lanes of the leadership that runs. */
  get lanes(): ViewedLanes | undefined {
    return this.#lanes;
  }

  begin(lanes: ViewedLanes): void {
    this.#lanes = lanes;
  }

  end(): void {
    this.#lanes = undefined;
    this.backlog = undefined;
  }
}
