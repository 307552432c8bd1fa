import type { Content, Part } from '@lockstep/refresh';

const [open, comma, close] = ['[', ',', ']'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];
const nothing = Buffer.from('null');

/** The JSON of what was read, made of the pieces as they are stored; undefined where there is no such thing. */
export function entryBody(content: Content, part: Part): Buffer | undefined {
  if (content.shape === 'value') return content.value.equals(nothing) ? undefined : content.value;
  if (part.kind === 'element') return content.shape === 'hash' ? content.elements.get(part.id) : undefined;
  if (content.shape === 'zset') return listOf(content.elements.map(({ member }) => member));
  return listOf(content.shape === 'hash' ? [...content.elements.values()] : content.elements);
}

function listOf(elements: readonly Buffer[]): Buffer {
  const pieces = elements.flatMap((element, index) => (index === 0 ? [element] : [comma, element]));
  return Buffer.concat([open, ...pieces, close]);
}
