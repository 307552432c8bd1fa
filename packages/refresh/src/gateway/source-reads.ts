import type { RefreshDefinition } from '../definition/refresh-definition.ts';
import type { Content, Part } from '../store/content.ts';
import type { ReadOptions, RefreshAnswer, SourceReads } from './refresh-gateway.ts';

/** Reads a part of one entry of a source. */
export type ReadPart = <R>(
  id: string,
  part: Part,
  interpret: (content: Content) => R,
  bounds: ReadOptions,
) => Promise<RefreshAnswer<R>>;

/** The typed reads of one source. */
export function createSourceReads<D, E>(definition: RefreshDefinition<D, E>, readPart: ReadPart): SourceReads<D, E> {
  const { name, shape } = definition;
  const decode = (content: Content): D => definition.decode(content);
  return {
    read: async (id = '', bounds = {}) => readPart(id, { kind: 'whole' }, decode, bounds),
    async element(id, elementId, bounds = {}) {
      if (shape !== 'hash') throw new TypeError(`${name} is a ${shape}, and only a hash has elements by id`);
      const pick = (content: Content): E | undefined => {
        const bytes = content.shape === 'hash' ? content.elements.get(elementId) : undefined;
        return bytes && definition.decodeElement(bytes);
      };
      return readPart(id, { kind: 'element', id: elementId }, pick, bounds);
    },
    async page(id, { offset = 0, limit, ...bounds }) {
      if (shape === 'value') throw new TypeError(`${name} is a value, which has no pages`);
      return readPart(id, { kind: 'page', offset, limit }, decode, bounds);
    },
  };
}
