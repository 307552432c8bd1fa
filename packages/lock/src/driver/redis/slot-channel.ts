import type { MasterLink } from './master-link.ts';

/** What a process listens to in one slot: there it is told of the locks of one hash tag. */
export class SlotChannel {
  readonly name: string;
  readonly slot: number;
  /** Those who wait to be told. */
  readonly owners: Set<string> = new Set();
  /** Those who wait until it is listened to. */
  readonly ensuring: Set<(isUp: boolean) => void> = new Set();
  /** Where it is listened to, or will be. */
  link: MasterLink | undefined;
  /** Where a node said that the slot is. */
  movedTo: string | undefined;
  /** The node that said so: whoever says that it is there is behind. */
  movedFrom: string | undefined;
  isUp = false;
  /** It was listened to before, or not in time: since then something may have been missed. */
  isMissed = false;

  constructor(name: string, slot: number) {
    this.name = name;
    this.slot = slot;
  }

  /** It is listened to, or it is not any more. */
  settle(isUp: boolean): void {
    this.isUp = isUp;
    for (const resolve of this.ensuring) resolve(isUp);
  }
}
