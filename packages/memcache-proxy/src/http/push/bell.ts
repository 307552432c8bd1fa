/** Wakes one who waits. A ring while nobody waits is kept, and several are one. */
export interface Bell {
  ring(): void;
  /** Resolves with the next ring, or at once when it has rung since the last wait. */
  wait(): Promise<void>;
}

export function createBell(): Bell {
  let hasRung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      hasRung = true;
      wake?.();
    },
    async wait() {
      if (!hasRung) await new Promise<void>((resolve) => (wake = resolve));
      wake = undefined;
      hasRung = false;
    },
  };
}
