import { isUtf8 } from 'node:buffer';

import type { ListedEntry, Spool } from '@lockstep/memcache-proxy';
import type { CommandIo } from '@lockstep/service-kit';

/** Prints what waits, and resolves with the exit code. */
export async function listSpool(
  { spool }: { readonly spool: Pick<Spool, 'list'> },
  { json, limit }: { readonly json: boolean; readonly limit: number },
  { stdout }: CommandIo,
): Promise<number> {
  let count = 0;
  for await (const entry of spool.list()) {
    if (count === limit) {
      if (!json) stdout.write(`there are more than ${limit}; --limit N prints N\n`);
      return 0;
    }
    if (count === 0 && !json) stdout.write('WHERE  FAILED AT                 POOL  KEY\n');
    count++;
    stdout.write(`${json ? JSON.stringify(toJson(entry)) : toLine(entry)}\n`);
  }
  if (count === 0 && !json) stdout.write('the spool is empty\n');
  return 0;
}

function toJson({ where, pool, key, failedAt }: ListedEntry): object {
  const named = isUtf8(key) ? { key: key.toString() } : { keyBase64: key.toString('base64') };
  return { where, failedAt: toTime(failedAt), pool, ...named };
}

function toLine({ where, pool, key, failedAt }: ListedEntry): string {
  return `${where.padEnd(5)}  ${toTime(failedAt)}  ${pool}  ${toPrintable(key)}`;
}

/** What was written may be damaged, and no damage keeps the rest from being printed. */
function toTime(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}

/** A key as a terminal may have it: bytes that are not printable ASCII as `\xNN`. */
function toPrintable(key: Buffer): string {
  return key
    .toString('latin1')
    .replaceAll(/[^\x21-\x5b\x5d-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
