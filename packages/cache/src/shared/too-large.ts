import { CacheError } from '../cache-error.ts';
import { isFindable, maxHeaderBytes } from './value-header.ts';

/** What a value would take in the tier. */
export interface ValueSize {
  readonly bytes: number;
  readonly maxBytes: number;
  /** The rest of its header. */
  readonly rest: string;
}

/** Why a value is too large to be shared; undefined when it is not. */
export function tooLarge({ bytes, maxBytes, rest }: ValueSize): CacheError | undefined {
  if (bytes > maxBytes) return refused(`a value of ${bytes} bytes is above maxValueBytes, ${maxBytes}`);
  if (isFindable(rest)) return undefined;
  return refused(`the tags and the key of a value take more than about ${maxHeaderBytes} bytes`);
}

function refused(why: string): CacheError {
  return new CacheError('ERR_CACHE_VALUE_TOO_LARGE', `${why}, and it was not shared`);
}
