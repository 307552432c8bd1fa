/**
 * What a write says in the origin of its entries: that a fence goes up around the entry's keys, or that it comes down.
 * So it is heard in its place among all other entries, by every process, with a shared tier or without.
 */
export type FenceMark =
  | { readonly kind: 'raise'; readonly id: string; readonly ttlMs: number }
  | { readonly kind: 'lift'; readonly id: string };

const MARK = /#(raise|lift):([0-9a-z]+)(?::(\d+))?(?:#dropped:\w+)?$/;

/** What the log takes. */
const MAX_ORIGIN_LENGTH = 256;

/** The origin with a mark; of a long one as much as there is room for. */
export function markOrigin(origin: string, mark: FenceMark): string {
  const text = mark.kind === 'raise' ? `#raise:${mark.id}:${Math.ceil(mark.ttlMs)}` : `#lift:${mark.id}`;
  return shortened(origin, text);
}

/** As much of an origin as there is room for before `text`, and that. */
function shortened(origin: string, text: string): string {
  // One that is too long without a mark is for the log to refuse.
  if (origin.length > MAX_ORIGIN_LENGTH) return origin + text;
  // Half a surrogate pair would be no text.
  return origin.slice(0, MAX_ORIGIN_LENGTH - text.length).replace(/[\uD800-\uDBFF]$/, '') + text;
}

/** The mark of an origin, if it has one. */
export function readMark(origin: string | undefined): FenceMark | undefined {
  const match = origin === undefined ? null : MARK.exec(origin);
  if (match === null) return undefined;
  const [, kind, id = '', ttlMs] = match;
  return kind === 'raise' ? { kind, id, ttlMs: Number(ttlMs ?? 0) } : { kind: 'lift', id };
}

/** The origin of an entry whose keys were dropped from a shared tier, shortened as above: `place` is its `dropMark`. */
export function markDropped(origin: string, place: string): string {
  const text = `#dropped:${place}`;
  if (origin.length + text.length <= MAX_ORIGIN_LENGTH || origin.length > MAX_ORIGIN_LENGTH) return origin + text;
  const [mark = ''] = MARK.exec(origin) ?? [];
  return shortened(origin.slice(0, origin.length - mark.length), mark + text);
}

/** True for such an origin. */
export function isMarkedDropped(origin: string | undefined, place: string): boolean {
  return origin?.endsWith(`#dropped:${place}`) === true;
}
