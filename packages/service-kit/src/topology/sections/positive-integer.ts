import { Type } from 'typebox';

/** A whole number from 1 to `maximum`, with an example for messages. */
export function positiveInteger(example: number, maximum: number = Number.MAX_SAFE_INTEGER): Type.TSchema {
  return Type.Integer({ minimum: 1, maximum, examples: [example] });
}
