import type { Content, Part, Scored } from '../content.ts';

/** Changes of single elements; undefined takes one away. */
export type Patch = ReadonlyMap<string, Buffer | undefined>;

/** A copy of a content that nobody else changes, in the order of its shape. The bytes themselves are shared. */
export function heldContent(content: Content): Content {
  if (content.shape === 'value') return content;
  if (content.shape === 'hash') return { shape: 'hash', elements: new Map(content.elements) };
  if (content.shape === 'list') return { shape: 'list', elements: [...content.elements] };
  // Minus zero is zero, as in Redis.
  const elements = content.elements.map(({ member, score }) => ({ member, score: score + 0 }));
  return { shape: 'zset', elements: elements.sort(byScore) };
}

/** How many elements it has; 1 for a value. */
export function sizeOf(content: Content): number {
  if (content.shape === 'value') return 1;
  return content.shape === 'hash' ? content.elements.size : content.elements.length;
}

/** The part of a content that was asked for. */
export function partOf(content: Content, part: Part): Content {
  if (content.shape === 'value' || part.kind === 'whole') return content;
  if (part.kind === 'element') return elementOf(content, part.id);
  const end = part.offset + part.limit;
  if (content.shape === 'hash') {
    return { shape: 'hash', elements: new Map([...content.elements].slice(part.offset, end)) };
  }
  if (content.shape === 'list') return { shape: 'list', elements: content.elements.slice(part.offset, end) };
  return { shape: 'zset', elements: content.elements.slice(part.offset, end) };
}

/** The hash with the changes of a patch: what is replaced stays in its place, what is new comes last. */
export function patched(elements: ReadonlyMap<string, Buffer>, patch: Patch): Content {
  const changed = new Map(elements);
  for (const [id, bytes] of patch) {
    if (bytes === undefined) changed.delete(id);
    else changed.set(id, bytes);
  }
  return { shape: 'hash', elements: changed };
}

function elementOf(content: Content, id: string): Content {
  const bytes = content.shape === 'hash' ? content.elements.get(id) : undefined;
  return { shape: 'hash', elements: new Map(bytes === undefined ? [] : [[id, bytes]]) };
}

function byScore(one: Scored, other: Scored): number {
  return one.score - other.score || Buffer.compare(one.member, other.member);
}
