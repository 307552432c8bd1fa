import { RefreshError } from '../refresh-error.ts';
import { isWellFormed } from './check-key.ts';
import type { Content } from './content.ts';

/** The most elements that one patch changes: it is one step of the server. */
export const maxPatchElements = 1000;

/**
 * Checks what a load gave: ids that are well-formed text, scores that are finite numbers, no member twice.
 *
 * @throws RefreshError ERR_REFRESH_CONTENT.
 */
export function checkContent(content: Content): void {
  if (content.shape === 'hash') checkIds(content.elements.keys());
  if (content.shape !== 'zset') return;
  const members = new Set<string>();
  for (const { member, score } of content.elements) {
    if (!Number.isFinite(score)) throw contentError(`a score must be a finite number, got ${score}`);
    members.add(member.toString('latin1'));
  }
  if (members.size !== content.elements.length) throw contentError('a sorted set has a member twice');
}

/**
 * Checks the elements of a patch.
 *
 * @throws RangeError for more than 1,000; RefreshError ERR_REFRESH_CONTENT for an id that is no well-formed text.
 */
export function checkPatch(elements: ReadonlyMap<string, Buffer | undefined>): void {
  if (elements.size > maxPatchElements) {
    throw new RangeError(`a patch may have ${maxPatchElements} elements, and this one has ${elements.size}`);
  }
  checkIds(elements.keys());
}

/** An error about the content of an entry. */
export function contentError(message: string): RefreshError {
  return new RefreshError('ERR_REFRESH_CONTENT', message);
}

function checkIds(ids: Iterable<string>): void {
  for (const id of ids) if (!isWellFormed(id)) throw contentError('the id of an element must be well-formed text');
}
