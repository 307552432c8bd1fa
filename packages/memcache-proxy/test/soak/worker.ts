import type { WriteAnswer } from './answers.ts';
import type { History } from './history.ts';
import type { SeededRandom } from './seeded-random.ts';
import { flagsOf, tell } from './told-value.ts';

/** What a worker is given. */
export interface WorkerParts {
  readonly history: History;
  readonly random: SeededRandom;
  /** The keys that only this worker writes. */
  readonly own: readonly string[];
  /** The keys of all workers. */
  readonly all: readonly string[];
  readonly textPort: number;
  readonly httpPort: number;
  /** How long an answer may take before it counts as never. */
  readonly settleMs: number;
}

/** One client, which does one thing after another. */
export interface Worker {
  /** Does something, and checks how it was answered. What it throws is a lie. */
  step(): Promise<void>;
  close(): Promise<void>;
}

/** A write that is about to be sent. */
export interface BegunWrite {
  readonly key: string;
  readonly version: number;
  readonly flags: number;
  readonly value: Buffer;
  end(answer: WriteAnswer): void;
}

/** A few bytes, some hundred, and more than goes over the lane of small values. */
const SIZES = [40, 40, 60, 300, 300, 3000, 40_000];

/** Begins a write on one of the worker's own keys. `isSet`: it is to leave a value. */
export function beginWrite({ history, random, own }: WorkerParts, isSet: boolean, key = random.pick(own)): BegunWrite {
  const version = history.begin(key);
  const value = tell({ key, version }, random.pick(SIZES));
  const end = (answer: WriteAnswer): void => history.end(key, version, answer, isSet);
  return { key, version, flags: flagsOf(version), value, end };
}

/** Any key, now and then one of the worker's own. */
export function anyKey({ random, own, all }: WorkerParts): string {
  return random.oneIn(3) ? random.pick(own) : random.pick(all);
}

/** The code of `SERVER_ERROR <code>`; undefined for any other line. */
export function codeOfLine(line: string): `ERR_${string}` | undefined {
  return /^SERVER_ERROR (ERR_\w+)$/.exec(line)?.[1] as `ERR_${string}` | undefined;
}
