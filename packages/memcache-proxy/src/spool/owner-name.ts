import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

const pattern = /^p([0-9]+)-([0-9]+)-([0-9a-f]+)-[0-9a-f]+$/;
/** Of the spools of this process that are open. */
const open = new Set<string>();

/**
 * A name for what belongs to one spool of this process: process id, its start, the machine's boot, and a random
 * part. It holds until `giveUpName`, or the end of the process.
 */
export function takeName(): string {
  const name = `p${process.pid}-${startOf(process.pid) ?? 0}-${boot()}-${randomBytes(4).toString('hex')}`;
  open.add(name);
  return name;
}

/** What has this name may be taken over from now on. */
export function giveUpName(name: string): void {
  open.delete(name);
}

/** Whether this is a name of `takeName`, by any process. */
export function isOwnerName(name: string): boolean {
  return pattern.test(name);
}

/** True when the owner has ended. A process that cannot be seen from here, as in another container, seems so. */
export function isGone(name: string): boolean {
  const match = pattern.exec(name);
  if (match === null) return false;
  const [pid, start] = [Number(match[1]), match[2]];
  if (match[3] !== boot()) return true;
  if (pid === process.pid && start === (startOf(pid) ?? '0')) return !open.has(name);
  if (start !== '0') return startOf(pid) !== start;
  return !isRunning(pid);
}

/** When the process was started, in ticks since the boot; undefined where there is no such process or no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22. The name of the command, field 2, may have spaces and parentheses.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // What has been killed and not been waited for runs no more.
    return state === 'Z' || state === 'X' ? undefined : rest[18];
  } catch {
    // No such process.
    return undefined;
  }
}

function boot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
  } catch {
    // Not Linux: the process id has to do.
    return '0';
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
