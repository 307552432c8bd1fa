import { isWellFormed } from './check-key.ts';
import type { Part, Shape } from './content.ts';

/**
 * Checks that a part can be asked of a shape: a page of anything but a value, an element of a hash.
 *
 * @throws TypeError for another part, RangeError for an `offset` that is no integer from 0, or a `limit` that is none from 1.
 */
export function checkPart(shape: Shape, part: Part): void {
  if (part.kind === 'whole') return;
  if (part.kind === 'element') {
    if (shape !== 'hash') throw new TypeError(`a ${shape} has no elements to be read by id`);
    if (!isWellFormed(part.id)) throw new TypeError('the id of an element must be well-formed text');
    return;
  }
  if (shape === 'value') throw new TypeError('a value has no pages');
  const { offset, limit } = part;
  if (!(Number.isSafeInteger(offset) && offset >= 0)) {
    throw new RangeError(`offset must be an integer from 0, got ${offset}`);
  }
  if (!(Number.isSafeInteger(limit) && limit >= 1))
    throw new RangeError(`limit must be an integer from 1, got ${limit}`);
}
