/** A value, or the promise of one. */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with the value at once where it is there, so that what is synchronous stays so. */
export function andThen<T, R>(value: MaybePromise<T>, transform: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(transform) : transform(value);
}
