import type { RedisArgument } from '@lockstep/core';

import type { Content } from '../content.ts';

/** Some elements of a content, as the scripts take them. */
export interface ContentChunk {
  /** The position of the first. */
  readonly position: number;
  readonly size: number;
  readonly args: readonly RedisArgument[];
}

/** What one step of the server gets at most: about half a millisecond of its time. */
const MAX_ELEMENTS = 500;
const MAX_BYTES = 64 * 1024;

/** What one read gets at most: one to three milliseconds of the server's time. */
const MAX_READ_ELEMENTS = 2000;
const MAX_READ_BYTES = 512 * 1024;

/** How much of a content one read gets at most, as the scripts count its size. */
export function readableOf(content: Content): number {
  if (content.shape === 'value') return MAX_READ_BYTES;
  let bytes = 0;
  for (const element of elementsOf(content)) for (const part of element) bytes += lengthOf(part);
  const average = bytes / Math.max(1, sizeOf(content));
  return Math.max(1, Math.min(MAX_READ_ELEMENTS, Math.floor(MAX_READ_BYTES / Math.max(1, average))));
}

/** The size of a content as the scripts count it: bytes of a value, else elements. */
export function sizeOf(content: Content): number {
  if (content.shape === 'value') return content.value.length;
  return content.shape === 'hash' ? content.elements.size : content.elements.length;
}

/**
 * Cuts a content into chunks of at most 500 elements and, unless it is one larger element, 64 KiB. None for a content
 * without elements.
 */
export function* chunksOf(content: Content): Generator<ContentChunk> {
  let args: RedisArgument[] = [];
  let position = 0;
  let size = 0;
  let bytes = 0;
  for (const element of elementsOf(content)) {
    const more = element.reduce<number>((sum, part) => sum + lengthOf(part), 0);
    if (size > 0 && (size === MAX_ELEMENTS || bytes + more > MAX_BYTES)) {
      yield { position, size, args };
      position += size;
      [args, size, bytes] = [[], 0, 0];
    }
    args.push(...element);
    size++;
    bytes += more;
  }
  if (size > 0) yield { position, size, args };
}

function* elementsOf(content: Content): Generator<readonly RedisArgument[]> {
  if (content.shape === 'value') yield [content.value];
  else if (content.shape === 'hash') yield* content.elements;
  else if (content.shape === 'list') for (const element of content.elements) yield [element];
  // Minus zero is a score of its own to Redis, and equal to zero.
  else for (const { member, score } of content.elements) yield [score + 0, member];
}

function lengthOf(part: RedisArgument): number {
  if (typeof part === 'string') return Buffer.byteLength(part);
  return typeof part === 'number' ? 8 : part.length;
}
