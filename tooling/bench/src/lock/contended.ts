import { setTimeout as pause } from 'node:timers/promises';

import { type LockProcess, startLockProcess, type Turn } from './lock-process.ts';
import { percentile } from './percentile.ts';

/** What 32 waiters in four processes did with one lock. */
export interface ContendedFigures {
  readonly acquisitionsPerSecond: number;
  /** The waiter that had most turns to the one that had fewest; Infinity where one had none. */
  readonly unfairness: number;
  readonly commandsPerAcquisition: number;
  /** From the moment before the release of one to the turn of another, in ms. */
  readonly handOffMedianMs: number;
  readonly handOff99Ms: number;
  readonly longestWaitMs: number;
}

/** How many there are. */
export const contention = { processes: 4, waitersEach: 8, sectionMs: 1, ttlMs: 10_000 } as const;

/** Lets all waiters ask for one lock again and again for a while; the first part of it does not count. */
export async function contend(
  library: string,
  redisUrl: string,
  { warmUpMs, durationMs }: { readonly warmUpMs: number; readonly durationMs: number },
): Promise<ContendedFigures> {
  const { processes: count, waitersEach: waiters, sectionMs, ttlMs } = contention;
  const processes: LockProcess[] = [];
  try {
    for (let index = 0; index < count; index += 1) {
      processes.push(await startLockProcess({ library, redisUrl, ttlMs, waiters, sectionMs }));
    }
    for (const one of processes) one.tell('start');
    await pause(warmUpMs + durationMs);
    const stopped = processes.map((one) => one.next('stopped'));
    for (const one of processes) one.tell('stop');
    const answers = await Promise.all(stopped);
    const commands = answers.reduce((sum, answer) => sum + answer.commands, 0);
    return contendedFigures(
      answers.flatMap(({ turns }) => turns),
      { warmUpMs, commands, waiters: count * waiters },
    );
  } finally {
    await Promise.all(processes.map((one) => one.kill()));
  }
}

/** The figures of all turns. Commands are counted from the beginning, warm-up included. */
export function contendedFigures(
  all: readonly Turn[],
  { warmUpMs, commands, waiters }: { readonly warmUpMs: number; readonly commands: number; readonly waiters: number },
): ContendedFigures {
  const sorted = all.toSorted((a, b) => a.beganAt - b.beganAt);
  const from = (sorted[0]?.beganAt ?? 0) + warmUpMs;
  const turns = sorted.filter(({ beganAt }) => beganAt >= from);
  const counts = new Map<string, number>();
  for (const { waiter } of turns) counts.set(waiter, (counts.get(waiter) ?? 0) + 1);
  const handOffs = turns.flatMap((turn, index) => {
    const before = turns[index - 1];
    return before === undefined || before.waiter === turn.waiter ? [] : [turn.beganAt - before.endedAt];
  });
  const seconds = ((turns.at(-1)?.endedAt ?? from) - from) / 1000;
  const fewest = counts.size < waiters ? 0 : Math.min(...counts.values());
  return {
    acquisitionsPerSecond: turns.length / seconds,
    unfairness: Math.max(...counts.values()) / fewest,
    commandsPerAcquisition: commands / sorted.length,
    handOffMedianMs: percentile(handOffs, 0.5),
    handOff99Ms: percentile(handOffs, 0.99),
    longestWaitMs: Math.max(...turns.map(({ askedAt, beganAt }) => beganAt - askedAt)),
  };
}
