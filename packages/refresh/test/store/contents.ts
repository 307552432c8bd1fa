import type { Content, Shape } from '../../src/store/content.ts';
import type { StoredEntry } from '../../src/store/entry-store.ts';

/** A content of `size` elements, each of which says of which generation it is. */
export function generationOf(shape: Shape, size: number, generation: number): Content {
  const elements = Array.from({ length: size }, (_, index) => Buffer.from(`${generation}:${index}:some more bytes`));
  if (shape === 'value') return { shape, value: Buffer.concat(elements) };
  if (shape === 'list') return { shape, elements };
  if (shape === 'zset') return { shape, elements: elements.map((member, index) => ({ member, score: index })) };
  return { shape, elements: new Map(elements.map((element, index) => [String(index), element])) };
}

/** The elements of what was read, as text. */
export function elementsOf({ content }: Pick<StoredEntry, 'content'>): string[] {
  if (content.shape === 'value') return [content.value.toString()];
  if (content.shape === 'hash') return Array.from(content.elements.values(), String);
  if (content.shape === 'list') return content.elements.map(String);
  return content.elements.map(({ member }) => member.toString());
}
