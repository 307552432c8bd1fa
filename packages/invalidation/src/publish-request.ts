import { checkedText, type InvalidationKey, type SortedKeys, sortKeys } from './invalidation-key.ts';
import type { PublishOptions } from './invalidation-log.ts';

/** What one publish may carry. */
const MAX_KEYS = 10_000;
const MAX_TAGS = 1000;
const MAX_LABEL_LENGTH = 256;

/** Who publishes, as followers hear it. */
export interface Provenance {
  readonly origin: string | undefined;
  readonly traceId: string | undefined;
}

/** A publish whose arguments were checked. */
export interface PublishRequest extends SortedKeys, Provenance {
  readonly tags: readonly string[];
}

/**
 * Checks the arguments of a publish.
 *
 * @throws RangeError when there are neither keys nor tags, more than 10,000 keys or 1,000 tags, or an `origin` or
 *   `traceId` of more than 256 characters; TypeError for a bad key or tag.
 */
export function toPublishRequest(keys: readonly InvalidationKey[], options: PublishOptions): PublishRequest {
  const { tags = [] } = options;
  if (keys.length === 0 && tags.length === 0) throw new RangeError('publish needs at least one key or tag');
  if (keys.length > MAX_KEYS) throw new RangeError(`publish takes at most ${MAX_KEYS} keys, got ${keys.length}`);
  if (tags.length > MAX_TAGS) throw new RangeError(`publish takes at most ${MAX_TAGS} tags, got ${tags.length}`);
  const { texts, binaries } = sortKeys(keys);
  const origin = checkedLabel(options.origin, 'origin');
  const traceId = checkedLabel(options.traceId, 'traceId');
  return { texts, binaries, tags: tags.map((tag) => checkedText(tag, 'a tag')), origin, traceId };
}

/**
 * Checks who says to publish.
 *
 * @throws RangeError or TypeError for what is too long or not text.
 */
export function toProvenance({ origin, traceId }: Pick<PublishOptions, 'origin' | 'traceId'>): Provenance {
  return { origin: checkedLabel(origin, 'origin'), traceId: checkedLabel(traceId, 'traceId') };
}

function checkedLabel(label: string | undefined, name: string): string | undefined {
  if (label === undefined) return undefined;
  if (checkedText(label, name).length <= MAX_LABEL_LENGTH) return label;
  throw new RangeError(`${name} takes at most ${MAX_LABEL_LENGTH} characters, got ${label.length}`);
}
