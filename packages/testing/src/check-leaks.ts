import { setTimeout as sleep } from 'node:timers/promises';

import { settledHeapBytes } from './heap-size.ts';
import { type LiveResource, LiveResources } from './live-resources.ts';
import { TestingError } from './testing-error.ts';

/** How to look for leaks. */
export interface LeakOptions {
  /** Runs that are measured. @default 5 */
  readonly rounds?: number;
  /** Runs before that, which fill caches and pools. @default 2 */
  readonly warmup?: number;
  /** Bytes that memory may grow over all measured rounds together. @default 1048576 */
  readonly maxGrowthBytes?: number;
  /** Milliseconds that closed handles get to go away. @default 1000 */
  readonly settleMs?: number;
  /** Ends the check between two rounds with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a check without findings measured. */
export interface LeakReport {
  /** How much memory grew over the measured rounds; may be negative. */
  readonly growthBytes: number;
}

/**
 * Runs `work` again and again and asserts that it leaves no memory and no open resource behind:
 * timers (unref'ed ones too), sockets, servers, processes, watchers, ports, workers. What the
 * warm-up leaves open is taken as meant.
 *
 * @throws TestingError `ERR_TESTING_LEAK`; its message names what grew and where it was made.
 * @throws RangeError when an option makes no sense.
 */
export async function checkLeaks(work: () => unknown, options: LeakOptions = {}): Promise<LeakReport> {
  const { rounds = 5, warmup = 2, maxGrowthBytes = 1024 * 1024, settleMs = 1000, signal } = options;
  checkCount('rounds', rounds, 1);
  checkCount('warmup', warmup, 0);
  if (!(maxGrowthBytes >= 0)) throw new RangeError(`maxGrowthBytes must be 0 or more, got ${maxGrowthBytes}`);
  const resources = new LiveResources();
  resources.start();
  try {
    const run = async (count: number): Promise<void> => {
      for (let round = 0; round < count; round++) {
        signal?.throwIfAborted();
        await work();
      }
    };
    await run(warmup);
    const bytesBefore = await settledHeapBytes();
    const before = resources.snapshot();
    await run(rounds);
    const left = await settledResources(resources, before, settleMs);
    const growthBytes = (await settledHeapBytes()) - bytesBefore;
    const findings = [
      ...left.map(({ type, madeAt }) => `${type} still open, made at ${madeAt}`),
      ...(growthBytes > maxGrowthBytes ? [`memory grew by ${growthBytes} bytes, allowed are ${maxGrowthBytes}`] : []),
    ];
    if (findings.length > 0) throw leakError(rounds, findings);
    return { growthBytes };
  } finally {
    resources.stop();
  }
}

/** What is open beyond what was open before, once closed handles had their time to go away. */
async function settledResources(
  resources: LiveResources,
  before: ReadonlyMap<number, LiveResource>,
  settleMs: number,
): Promise<LiveResource[]> {
  resources.stopRecording();
  const deadline = performance.now() + settleMs;
  for (;;) {
    const now = resources.snapshot();
    // A pool may replace one socket by another, so kinds are counted and not identities.
    const left = [...now].filter(([id]) => !before.has(id)).map(([, resource]) => resource);
    const gone = [...before].filter(([id]) => !now.has(id)).map(([, resource]) => resource);
    for (const { type } of gone) {
      const replaced = left.findIndex((resource) => resource.type === type);
      if (replaced !== -1) left.splice(replaced, 1);
    }
    if (left.length === 0 || performance.now() >= deadline) return left;
    await sleep(20);
    // Some handles, closed ones too, count as open until they are collected.
    await settledHeapBytes();
  }
}

function leakError(rounds: number, findings: readonly string[]): TestingError {
  const counted = new Map<string, number>();
  for (const finding of findings) counted.set(finding, (counted.get(finding) ?? 0) + 1);
  const lines = [...counted].map(([finding, count]) => (count === 1 ? `- ${finding}` : `- ${count} × ${finding}`));
  return new TestingError('ERR_TESTING_LEAK', `After ${rounds} rounds:\n${lines.join('\n')}`);
}

function checkCount(name: string, value: number, least: number): void {
  if (!(Number.isInteger(value) && value >= least))
    throw new RangeError(`${name} must be an integer of at least ${least}, got ${value}`);
}
