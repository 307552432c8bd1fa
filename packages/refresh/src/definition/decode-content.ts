import { RefreshError } from '../refresh-error.ts';
import type { Content } from '../store/content.ts';
import type { ContentForm } from './encode-content.ts';

/** What a reader gets: a value, a Map by primary key, or an array. @throws RefreshError ERR_REFRESH_CONTENT. */
export function decodeContent({ shape, codec }: ContentForm, content: Content): unknown {
  if (content.shape !== shape) {
    throw new RefreshError('ERR_REFRESH_CONTENT', `what is stored is a ${content.shape} in place of a ${shape}`);
  }
  if (content.shape === 'value') return codec.decode(content.value);
  if (content.shape === 'hash') {
    return new Map(Array.from(content.elements, ([id, bytes]) => [id, codec.decode(bytes)]));
  }
  if (content.shape === 'list') return content.elements.map((bytes) => codec.decode(bytes));
  return content.elements.map(({ member }) => codec.decode(member));
}
