import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the append-only file of one Redis is: a small disk of its own where that is possible. */
export interface LogDisk extends Disposable {
  readonly directory: string;
  /** Whether it can be filled. */
  readonly isSmall: boolean;
  /** Leaves no room on it. */
  fill(): void;
  /** Makes room again. */
  free(): void;
  /** How long the append-only file is. */
  size(): number;
  /** Drops the end of the append-only file of a Redis that does not run. */
  truncate(bytes: number): void;
}

/**
 * Room for what all seeds of a run leave, each about half of its share. Redis could write its file anew; but one that has,
 * and whose disk is full then, writes past the place to which it has cut the file back (7.0.15), and cannot read it again.
 */
const diskBytes = (64 + 8 * Number(process.env['LOCKSTEP_FAULT_SEEDS'] ?? 0)) * 1024 * 1024;

/** Makes a disk; a directory where this user must not mount one. */
export function openLogDisk(): LogDisk {
  const base = mkdtempSync(join(tmpdir(), 'lockstep-log-'));
  let isSmall = true;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes}`, 'lockstep-log', base], { stdio: 'ignore' });
  } catch {
    isSmall = false;
  }
  const handle = openSync(base, 'r');
  // Out of the tree of files at once: it is there for as long as this process holds it, and goes with it.
  if (isSmall) execFileSync('umount', ['-l', base]);
  const directory = isSmall ? `/proc/${process.pid}/fd/${handle}` : base;
  const filler = join(directory, 'filler');
  const logFile = (): string => {
    const logs = join(directory, 'appendonlydir');
    const name = readdirSync(logs)
      .filter((one) => one.endsWith('.incr.aof'))
      .toSorted((a, b) => numberOf(a) - numberOf(b))
      .at(-1);
    if (name === undefined) throw new Error(`there is no append-only file in ${logs}`);
    return join(logs, name);
  };
  return {
    directory,
    isSmall,
    fill() {
      const chunk = Buffer.alloc(1024 * 1024);
      try {
        for (let written = 0; written <= diskBytes; written += chunk.length) {
          writeFileSync(filler, chunk, { flag: 'a' });
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    },
    free: () => rmSync(filler, { force: true }),
    size: () => statSync(logFile()).size,
    truncate: (bytes) => truncateSync(logFile(), bytes),
    [Symbol.dispose]() {
      closeSync(handle);
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** Of a file of Redis's log, as in `appendonly.aof.2.incr.aof`. */
function numberOf(name: string): number {
  return Number(/\.(\d+)\.incr\.aof$/.exec(name)?.[1]);
}
