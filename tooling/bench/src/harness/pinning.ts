import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The core for servers, and the one for whoever is measured. */
export const cores = { servers: 0, contestants: 1 } as const;

/**
 * Whether processes can be tied to a core here: it takes two and `taskset`. Each core is tried, as a process that is tied
 * to one, and so has only that one, may still move itself and others to the other.
 */
export const canPin: boolean = Object.values(cores).every(canUse);

/** The command line that runs a program on one core, or as it is where that is not possible. */
export function pinnedCommand(core: number, program: string, args: readonly string[]): [string, string[]] {
  return canPin ? ['taskset', ['-c', String(core), program, ...args]] : [program, [...args]];
}

/** Ties running processes, with all of their threads, to one core. Does nothing where that is not possible. */
export async function pinProcesses(core: number, pids: readonly number[]): Promise<void> {
  if (!canPin) return;
  for (const pid of pids) await run('taskset', ['-a', '-c', '-p', String(core), String(pid)]);
}

function canUse(core: number): boolean {
  return spawnSync('taskset', ['-c', String(core), 'true'], { stdio: 'ignore' }).status === 0;
}
