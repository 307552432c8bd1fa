import type { ValueForm } from '../codecs/codec.ts';
import type { SharedValue } from './shared-tier.ts';
import { maxHeaderBytes, parseHeader, type ParsedHeader } from './value-header.ts';

/** A value as it lies in the tier: what its header says, and its payload in its form. */
export interface SharedPayload {
  readonly header: ParsedHeader;
  readonly bytes: Buffer | string;
}

/** What lies there and is no value of a cache. */
export const unreadable: unique symbol = Symbol('unreadable');

/**
 * Splits what was read. Undefined for a value of another epoch or form.
 *
 * @param epoch that values must have, `''` for any
 */
export function splitPayload(
  raw: string | Buffer,
  epoch: string,
  form: ValueForm,
): SharedPayload | undefined | typeof unreadable {
  const header = parseHeader(typeof raw === 'string' ? raw : headerText(raw));
  if (header === undefined) return unreadable;
  if ((epoch !== '' && header.epoch !== epoch) || header.form !== form.name) return undefined;
  if (typeof raw === 'string') return { header, bytes: raw.slice(header.length) };
  const start = raw.indexOf(0x0a) + 1;
  return { header, bytes: form.isText ? raw.toString('utf8', start) : raw.subarray(start) };
}

/** What the cache is told of a value that counts for another `freshForMs`, and never for longer than it was given. */
export function toSharedValue({ header, bytes }: SharedPayload, freshForMs: number): SharedValue {
  const { tags, tagEpoch, tagSequence, ttlMs } = header;
  return { bytes, freshForMs: Math.min(freshForMs, ttlMs), tags, tagEpoch, tagSequence };
}

function headerText(raw: Buffer): string {
  const end = raw.indexOf(0x0a);
  return end < 0 || end > maxHeaderBytes ? '' : raw.toString('utf8', 0, end + 1);
}
