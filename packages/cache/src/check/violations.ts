import { publishViolation } from '../channels.ts';
import type { LoadRequest } from '../read/load-request.ts';
import { type Copy, isSameCopy } from './examine.ts';

/** A copy that is served although the loader brings something else, longer than coherence allows. */
export interface CoherenceViolation {
  readonly key: string;
  /** `''` for values of `getOrSet`. */
  readonly view: string;
  /** Whether this process would serve it, or it lies in the shared tier. */
  readonly where: 'local' | 'shared';
  /** For how long it has differed, as far as the checker has seen: at least `settleMs`. */
  readonly ageMs: number;
}

/** A copy that differed when it was looked at. */
export interface Suspect {
  readonly request: LoadRequest;
  readonly where: CoherenceViolation['where'];
  readonly copy: Copy;
  /** When that was first seen, on the monotonic clock. */
  readonly seenAt: number;
}

/** Violations that last. */
export interface Violations {
  readonly size: number;
  readonly ended: number;
  /** The longest that any has lasted. */
  readonly longestMs: number;
  /** How old the oldest is; 0 for none. */
  readonly oldestMs: number;
  has(suspect: Pick<Suspect, 'request' | 'where'>): boolean;
  /** A suspect that differs still. */
  add(suspect: Suspect, now: number): CoherenceViolation;
  /** Those that were not looked at for the longest time. */
  next(count: number): readonly Suspect[];
  /** What was found in its place now; undefined where nothing is wrong there. */
  review(suspect: Suspect, found: Copy | undefined, now: number): void;
  list(): readonly CoherenceViolation[];
}

interface Open {
  readonly suspect: Suspect;
  lastMs: number;
}

/** Holds up to `max`; what is beyond is told, and not followed up. */
export function createViolations(max: number): Violations {
  // In the order in which they were looked at last.
  const open = new Map<string, Open>();
  let ended = 0;
  let longestMs = 0;
  const nameOf = ({ request, where }: Pick<Suspect, 'request' | 'where'>): string => `${where}:${request.key}`;
  const tell = ({ request, where }: Suspect, ageMs: number, isOver: boolean): CoherenceViolation => {
    const violation = { key: request.key, view: request.view.name, where, ageMs };
    longestMs = Math.max(longestMs, ageMs);
    publishViolation({ ...violation, isOver });
    return violation;
  };
  return {
    get size() {
      return open.size;
    },
    get ended() {
      return ended;
    },
    get longestMs() {
      return longestMs;
    },
    get oldestMs() {
      return Math.max(0, ...Array.from(open.values(), ({ lastMs }) => lastMs));
    },
    has: (suspect) => open.has(nameOf(suspect)),
    add(suspect, now) {
      const lastMs = now - suspect.seenAt;
      if (open.size < max) open.set(nameOf(suspect), { suspect, lastMs });
      return tell(suspect, lastMs, false);
    },
    next: (count) => Array.from(open.values(), ({ suspect }) => suspect).slice(0, count),
    review(suspect, found, now) {
      const name = nameOf(suspect);
      const known = open.get(name);
      if (known === undefined) return;
      open.delete(name);
      if (isSameCopy(suspect.copy, found)) {
        known.lastMs = now - suspect.seenAt;
        longestMs = Math.max(longestMs, known.lastMs);
        open.set(name, known);
        return;
      }
      ended++;
      tell(suspect, known.lastMs, true);
    },
    list: () =>
      Array.from(open.values(), ({ suspect: { request, where }, lastMs }) => {
        return { key: request.key, view: request.view.name, where, ageMs: lastMs };
      }),
  };
}
