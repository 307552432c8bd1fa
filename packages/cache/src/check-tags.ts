import { hasLoneSurrogate } from './lone-surrogate.ts';

/**
 * The tags, each once.
 *
 * @throws TypeError for what is no tag: not text, empty, longer than 1,000 characters, or beginning with `@view:`,
 *   which is taken.
 */
export function checkTags(tags: readonly string[]): readonly string[] {
  if (!Array.isArray(tags)) throw new TypeError(`tags must be an array of strings, got ${typeof tags}`);
  if (tags.length === 0) return tags;
  for (const tag of tags as readonly unknown[]) {
    if (typeof tag !== 'string' || tag === '' || tag.length > 1000 || hasLoneSurrogate(tag)) {
      throw new TypeError(`a tag must be text of 1 to 1000 characters, got ${JSON.stringify(tag)}`);
    }
    if (tag.startsWith('@view:')) throw new TypeError(`tags that begin with @view: are taken, got "${tag}"`);
  }
  return tags.length === 1 ? tags : Array.from(new Set(tags));
}
