import type { Cache } from './cache.ts';
import type { Codec } from './codecs/codec.ts';
import type { View } from './view.ts';
import type { ViewOptions } from './view-options.ts';

/** One call of a cached function: the id of its view. */
export interface CachedCall<Args extends unknown[]> {
  readonly args: Args;
  /** What it was called on. */
  readonly self: unknown;
}

/** How the results of a function are cached. Its types come from the function: say those of `keyOf` and `tags` there. */
export interface CachedOptions extends Omit<
  ViewOptions<never, never>,
  'codec' | 'keyOf' | 'load' | 'loadMany' | 'sizeOf' | 'tags'
> {
  /**
   * The arguments as text; different calls, different texts. What a method is called on is not part of it: where that
   * matters, give each object a view of its own. @default a single string as it is unless it begins with `[`, or else
   * the arguments as JSON, which must be primitive
   */
  readonly keyOf?: (this: void, ...args: never[]) => string;
  /** The tags of a result and its arguments. @default none */
  readonly tags?: (this: void, value: never, ...args: never[]) => readonly string[];
  readonly codec?: Codec<unknown>;
  readonly sizeOf?: (value: never) => number;
}

/** A function whose results are cached. */
export interface Cached<This, Args extends unknown[], Value> {
  (this: This, ...args: Args): Promise<Value>;
  /** The view that holds its results. */
  readonly view: View<CachedCall<Args>, Value>;
  /** Invalidates the result of these arguments, as `View.invalidate`. */
  readonly invalidate: (this: void, ...args: Args) => Promise<void>;
}

/**
 * Caches the results of a function or, as a decorator of the standard kind, of a method:
 * `const find = cached(cache, 'user', { ttlMs: 60_000 })((id: string) => db.find(id))`, or `@cached(cache, 'user', …)`
 * above the method. Its view takes the name.
 *
 * @throws TypeError or RangeError as `Cache.define`; a call throws TypeError for arguments that need `keyOf`.
 */
export function cached(
  cache: Cache,
  name: string,
  options: CachedOptions,
): <This, Args extends unknown[], Value>(
  load: (this: This, ...args: Args) => Promise<Value> | Value,
  context?: ClassMethodDecoratorContext,
) => Cached<This, Args, Value> {
  return <This, Args extends unknown[], Value>(
    load: (this: This, ...args: Args) => Promise<Value> | Value,
  ): Cached<This, Args, Value> => {
    const { keyOf, tags, ...rest } = options;
    const key = (keyOf ?? textOf) as (...args: unknown[]) => string;
    const tagsOf = tags as ((...valueAndArgs: unknown[]) => readonly string[]) | undefined;
    const view = cache.define<Value, CachedCall<Args>>(name, {
      ...(rest as Omit<ViewOptions<CachedCall<Args>, Value>, 'keyOf' | 'load' | 'loadMany' | 'tags'>),
      keyOf: ({ args }) => key(...args),
      load: ({ args, self }) => load.apply(self as This, args),
      ...(tagsOf === undefined ? {} : { tags: (value, { args }) => tagsOf(value, ...args) }),
    });
    // A function with a `this` of its own, which a decorated method needs.
    function call(this: This, ...args: Args): Promise<Value> {
      return view.get({ args, self: this });
    }
    const invalidate = (...args: Args): Promise<void> => view.invalidate({ args, self: undefined });
    return Object.assign(call, { view, invalidate });
  };
}

function textOf(...args: readonly unknown[]): string {
  const [only] = args;
  if (args.length === 1 && typeof only === 'string' && !only.startsWith('[')) return only;
  for (const arg of args) {
    const isPrimitive = arg === null || ['string', 'number', 'boolean'].includes(typeof arg);
    // Not finite numbers would all become null.
    if (!isPrimitive || (typeof arg === 'number' && !Number.isFinite(arg))) {
      throw new TypeError('arguments other than text, finite numbers, booleans and null need keyOf');
    }
  }
  return JSON.stringify(args);
}
