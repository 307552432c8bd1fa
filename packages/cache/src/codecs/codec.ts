/** What a codec may answer with: at once, or later when it works in a thread. */
export type MaybePromise<T> = T | Promise<T>;

/** Turns values into what a shared tier holds, and back. */
export interface Codec<V> {
  /** Says how the bytes are made: part of the form of a value. Letters, digits and `.+_-`. */
  readonly name: string;
  /** True when it makes strings, which a shared tier reads faster than bytes. */
  readonly isText: boolean;
  /** @throws TypeError or RangeError for a value that it has no form for. */
  encode(value: V, key: string): MaybePromise<string | Buffer>;
  /** @throws CacheError ERR_CACHE_DECODE for what `encode` has not made. */
  decode(bytes: string | Buffer, key: string): MaybePromise<V>;
}

/** A codec that can write these values. One for more kinds of values will do, such as `Codec<unknown>`. */
export interface ValueCodec<Value> extends Pick<Codec<unknown>, 'name' | 'isText' | 'decode'> {
  // A property, not a method: one that takes fewer kinds of values will not do.
  readonly encode: (value: Value, key: string) => MaybePromise<string | Buffer>;
}

/** How the payload of a shared value is to be read. A value of another form is a miss. */
export interface ValueForm {
  /** Name of the codec and version of the schema, such as `json@2`. No spaces. */
  readonly name: string;
  readonly isText: boolean;
}

/** What every shared value is unless told otherwise: JSON of version 0. */
export const jsonForm: ValueForm = { name: 'json@0', isText: true };

const FORM_NAME = /^[A-Za-z0-9.+_-]{1,60}$/;

/**
 * The form of what a codec makes for a version of the schema. Raise `version` when the values change their shape:
 * those of another version are misses. Make it once and pass the same object with every call.
 *
 * @throws TypeError for a codec whose name does not fit in a header.
 * @throws RangeError for a version that is no integer from 0.
 */
export function formOf(codec: Pick<Codec<never>, 'name' | 'isText'>, version = 0): ValueForm {
  if (!FORM_NAME.test(codec.name)) {
    throw new TypeError(
      `the name of a codec must be 1 to 60 of A-Z a-z 0-9 . + _ -, got ${JSON.stringify(codec.name)}`,
    );
  }
  if (!Number.isSafeInteger(version) || version < 0) {
    throw new RangeError(`version must be an integer from 0, got ${version}`);
  }
  return { name: `${codec.name}@${version}`, isText: codec.isText };
}
