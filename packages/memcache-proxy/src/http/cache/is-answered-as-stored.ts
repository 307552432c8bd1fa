import type { CacheFace } from './cache-face.ts';
import type { BodyFacts } from './content-flags.ts';

/** Whether a value with these flags is answered as it is stored, whatever codings the client accepts. */
export function isAnsweredAsStored(
  { compressionRules }: CacheFace,
  flags: number,
  facts: BodyFacts | undefined,
): boolean {
  if (facts !== undefined) return facts.contentEncoding === undefined;
  return flags === 0 || compressionRules.length === 0;
}
