/** Bounds how many loads are under way. */
export interface LoadSlots {
  readonly inUse: number;
  /** Takes a slot, if one is free; the caller gives it back by `leave`. */
  tryEnter(): boolean;
  leave(): void;
}

/** `max` slots. */
export function createLoadSlots(max: number): LoadSlots {
  let inUse = 0;
  return {
    get inUse() {
      return inUse;
    },
    tryEnter() {
      if (inUse >= max) return false;
      inUse++;
      return true;
    },
    leave() {
      inUse--;
    },
  };
}
