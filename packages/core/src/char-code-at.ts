/** `String.prototype.charCodeAt` by itself. */
export interface CharCodeAt {
  /** The UTF-16 unit at an index, NaN where there is none. */
  readonly call: (text: string, index: number) => number;
}

/**
 * `String.prototype.charCodeAt`, for what is done to every character of a text.
 *
 * `key.charCodeAt(i)` has to be found along the prototypes of strings. V8 relies on these only until something in the
 * process says `class … extends String`, as ioredis 6 and node-redis do: from then on each character takes several times
 * as long. `charCodeAt.call(key, i)` does not depend on that, if the constant is one of the module that calls it:
 *
 *     const charCodeAt = CHAR_CODE_AT;
 */
// oxlint-disable-next-line typescript/unbound-method -- it is never called but with `call`
export const CHAR_CODE_AT: CharCodeAt = String.prototype.charCodeAt;
