import type { DeadLetters } from '@lockstep/replication';
import type { CommandIo } from '@lockstep/service-kit';

/** What is done with which letters. */
export interface SettleRequest {
  readonly kind: 'retry' | 'drop';
  /** Which; all of them when there is none. */
  readonly ids: readonly string[];
  /** Deletes a key in every pool of its class, and tells in-process caches. */
  readonly forget: (key: Buffer) => Promise<void>;
}

const pageSize = 1000;

/** Removes dead letters, after another delete of their keys where that is asked for; resolves with the exit code. */
export async function settleDeadLetters(
  letters: Pick<DeadLetters, 'list' | 'remove'>,
  { kind, ids, forget }: SettleRequest,
  { stdout, stderr }: Pick<CommandIo, 'stdout' | 'stderr'>,
): Promise<number> {
  const missing = new Set(ids);
  let [done, failed, after] = [0, 0, '0-0'];
  for (let page = await letters.list({ limit: pageSize }); page.length > 0;) {
    for (const { id, key } of page) {
      after = id;
      if (ids.length > 0 && !missing.delete(id)) continue;
      try {
        if (kind === 'retry') await forget(key);
        await letters.remove(id);
        done += 1;
      } catch (error) {
        failed += 1;
        stderr.write(`${id}: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
    page = await letters.list({ after, limit: pageSize });
  }
  for (const id of missing) stderr.write(`${id}: there is no such letter\n`);
  stdout.write(`${kind === 'retry' ? 'deleted again and removed' : 'removed'}: ${done}, failed: ${failed}\n`);
  return failed + missing.size === 0 ? 0 : 1;
}
