import { readdirSync, readFileSync } from 'node:fs';

/** A process told apart from a later one with the same number by when it started. */
export interface ProcessId {
  readonly pid: number;
  readonly startedAt: string;
}

interface ProcessEntry extends ProcessId {
  readonly parent: number;
  readonly state: string;
}

/** Every process below `pid`, however deep. */
export function descendantsOf(pid: number): ProcessId[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readEntry(Number(name)) ?? []) : []));
  const below = (parent: number): ProcessEntry[] =>
    all.filter((entry) => entry.parent === parent).flatMap((entry) => [entry, ...below(entry.pid)]);
  return below(pid);
}

/** Those of `processes` that still run. */
export function stillRunning(processes: readonly ProcessId[]): ProcessId[] {
  return processes.filter(({ pid, startedAt }) => {
    const entry = readEntry(pid);
    return entry !== undefined && entry.startedAt === startedAt && entry.state !== 'Z';
  });
}

function readEntry(pid: number): ProcessEntry | undefined {
  try {
    // The name in brackets may hold spaces; what follows it is plain. See proc(5), /proc/pid/stat.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, state: fields[0] ?? '', parent: Number(fields[1]), startedAt: fields[19] ?? '' };
  } catch {
    // It ended while we looked.
    return undefined;
  }
}
