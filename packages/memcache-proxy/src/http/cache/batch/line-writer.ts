import { isUtf8 } from 'node:buffer';

import type { Key } from '@lockstep/memcache';

import type { BatchOutcome } from './batch-op.ts';
import { toJsonInteger } from '../patch-value.ts';

/**
 * The ndjson answer to a batch: one line for each operation, in their order, with `key`, `status` and,
 * of a hit, `flags` and `value`, of a count `count`, of an error `code`. Keys and values that are no
 * UTF-8 are `keyBase64` and `valueBase64`.
 */
export function writeLines(keys: readonly Key[], outcomes: readonly BatchOutcome[]): Buffer {
  const lines = outcomes.map((outcome, index) => `${JSON.stringify(toLine(keys[index]!, outcome))}\n`);
  return Buffer.from(lines.join(''));
}

function toLine(key: Key, outcome: BatchOutcome): Record<string, unknown> {
  const named = typeof key === 'string' ? { key } : textOrBase64('key', key);
  const { status } = outcome;
  if (outcome.status === 'hit') {
    return { ...named, status, flags: outcome.item.flags, ...textOrBase64('value', outcome.item.value) };
  }
  if (outcome.status === 'count') return { ...named, status, count: toJsonInteger(outcome.count) };
  return outcome.status === 'error' ? { ...named, status, code: outcome.error.code } : { ...named, status };
}

function textOrBase64(name: 'key' | 'value', bytes: Buffer): Record<string, string> {
  return isUtf8(bytes) ? { [name]: bytes.toString('utf8') } : { [`${name}Base64`]: bytes.toString('base64') };
}
