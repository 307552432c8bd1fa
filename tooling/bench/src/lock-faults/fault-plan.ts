import { seededRandom } from '../cache-faults/seeded-random.ts';

/** Everything that can happen to a fleet that works under one lock. */
export type FaultKind =
  /** The process stands still, and goes on. */
  | 'stop'
  /** Its event loop is blocked, and goes on. */
  | 'block'
  /** Its connections stay open and carry nothing; what was sent arrives in the end. */
  | 'silence'
  /** Its connections are closed. */
  | 'cut'
  /** It is killed, and another one takes its place. */
  | 'kill'
  /** Redis stands still, and goes on. */
  | 'freeze'
  /** Redis forgets all scripts. */
  | 'flush-scripts'
  /** Redis closes all connections that listen. */
  | 'kill-listeners'
  /** Redis is killed, and starts again with nothing. */
  | 'lose'
  /** Redis has no memory left and evicts everything. */
  | 'evict'
  /** Redis is killed, and a replica that had missed the last writes takes its place. */
  | 'promote';

/** One fault at a moment. */
export interface PlannedFault {
  readonly kind: FaultKind;
  /** In ms after the one before. */
  readonly afterMs: number;
  readonly lastsMs: number;
  /** Whether it hits whoever works at that moment. */
  readonly isAimed: boolean;
  /** Whom it hits otherwise, from 0 to below 1. */
  readonly pick: number;
}

/** What a plan is made from. */
export interface PlanOptions {
  readonly seed: number;
  /** The last fault has ended by then. */
  readonly durationMs: number;
  /** A kind that is named twice comes twice as often. */
  readonly kinds: readonly FaultKind[];
  /** The share of faults that are aimed. */
  readonly aim: number;
  /** Faults last between a third of it and seven thirds. */
  readonly ttlMs: number;
  /** From one to the next it takes half as long to one and a half times. */
  readonly everyMs: number;
}

/** The same plan for the same options. */
export function planFaults({ seed, durationMs, kinds, aim, ttlMs, everyMs }: PlanOptions): PlannedFault[] {
  const random = seededRandom(seed);
  // The first numbers of neighbouring seeds are close to each other.
  for (let i = 0; i < 8; i += 1) random();
  const plan: PlannedFault[] = [];
  for (let passedMs = 0; passedMs < durationMs;) {
    const kind = kinds[Math.floor(random() * kinds.length)]!;
    const afterMs = everyMs * (0.5 + random());
    const lastsMs = ttlMs * (1 / 3 + random() * 2);
    const isAimed = random() < aim;
    const pick = random();
    passedMs += afterMs;
    if (passedMs < durationMs) {
      // One that would last too long ends with the others.
      plan.push({ kind, afterMs, lastsMs: Math.min(lastsMs, durationMs - passedMs), isAimed, pick });
    }
  }
  return plan;
}
