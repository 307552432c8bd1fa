import { isUtf8 } from 'node:buffer';

import type { DeadLetter, DeadLetters } from '@lockstep/replication';
import type { CommandIo } from '@lockstep/service-kit';

/** Prints the oldest dead letters, and resolves with the exit code. */
export async function listDeadLetters(
  letters: Pick<DeadLetters, 'list' | 'count'>,
  { json, limit }: { readonly json: boolean; readonly limit: number },
  { stdout }: Pick<CommandIo, 'stdout'>,
): Promise<number> {
  const found = await letters.list({ limit });
  if (found.length === 0 && !json) stdout.write('there are no dead letters\n');
  else if (!json) stdout.write('ID  FROM  KIND  BYTES  KEY  REASON\n');
  for (const letter of found) stdout.write(`${json ? JSON.stringify(toJson(letter)) : toLine(letter)}\n`);
  const count = await letters.count();
  if (count > found.length && !json) stdout.write(`${count - found.length} more; --limit N prints N\n`);
  return 0;
}

function toJson({ key, ...letter }: DeadLetter): object {
  return { ...letter, ...(isUtf8(key) ? { key: key.toString() } : { keyBase64: key.toString('base64') }) };
}

function toLine({ id, source, shard, kind, valueBytes, key, reason }: DeadLetter): string {
  return [id, `${source}/${shard}`, kind, valueBytes, toPrintable(key), reason].join('  ');
}

/** A key as a terminal may have it: bytes that are not printable ASCII as `\xNN`. */
function toPrintable(key: Buffer): string {
  return key
    .toString('latin1')
    .replaceAll(/[^\x21-\x5b\x5d-\x7e]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
