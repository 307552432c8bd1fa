import type { CacheOptions } from './cache-options.ts';
import type { GetOrSetOptions } from './cache.ts';
import { checkKey } from './check-key.ts';
import type { LocalRoom } from './local/local-room.ts';
import type { LoadContext } from './load-context.ts';
import { type CacheCore, type HearingView, viewOfTag, viewTag } from './read/cache-core.ts';
import { type FullPolicy, fullPolicy } from './read/check-read-policy.ts';
import { createLocalSpace } from './read/local-space.ts';
import { NOTHING } from './read/nothing.ts';
import { ViewReader } from './read/view-reader.ts';
import type { ValueOptions } from './view-options.ts';
import { viewSettings } from './view-settings.ts';

const VIEW_PREFIX = /^([A-Za-z0-9_.-]{1,100}):/;

/** Values without a view: each call brings its own loader. */
export interface AdHoc {
  readonly hearing: HearingView;
  getOrSet<Value>(
    key: string,
    load: (context: LoadContext<NoInfer<Value>>) => Promise<Value> | Value,
    options: GetOrSetOptions<Value>,
  ): Promise<Value>;
}

/** The values of `getOrSet`. */
export function createAdHoc(core: () => CacheCore, room: LocalRoom, cacheOptions: CacheOptions): AdHoc {
  const space = createLocalSpace(room, (error) => core().onError(error));
  let policy: FullPolicy | undefined;
  let hits: ViewReader | undefined;

  function readerOf<Value>(name: string | undefined, options: ValueOptions<Value>): ViewReader {
    policy ??= fullPolicy({ ttlMs: 60_000 }, core());
    const ownTag = name === undefined ? undefined : viewTag(name);
    return new ViewReader(core(), viewSettings({ name: '', ownTag, space }, options, cacheOptions), policy);
  }

  /** What is held and fresh: for that it does not matter how this caller would have brought it. */
  function heldFor<Value>(key: string, { forceLoad, skipLocal, isolation, signal }: GetOrSetOptions<Value>): unknown {
    if (forceLoad === true || skipLocal === true || isolation === 'clone' || signal?.aborted === true) return undefined;
    hits ??= readerOf(undefined, { sizeOf: () => 0 });
    return hits.hit(key);
  }

  function forgetTag(tag: string): void {
    space.forgetTag(tag);
    const name = viewOfTag(tag);
    if (name === undefined) return;
    for (const key of space.store.keys()) if (key.startsWith(`${name}:`)) space.forget(key);
  }

  return {
    hearing: { name: '', forget: space.forget, forgetTag, forgetAll: space.forgetAll },
    async getOrSet<Value>(
      key: string,
      load: (context: LoadContext<NoInfer<Value>>) => Promise<Value> | Value,
      options: GetOrSetOptions<Value>,
    ): Promise<Value> {
      const held = heldFor(key, options);
      if (held !== undefined && held !== NOTHING) return held as Value;
      // It is a value of that view, if another process has one: `clear` there has to reach it here.
      const name = VIEW_PREFIX.exec(checkKey(key))?.[1];
      if (name !== undefined && core().views.has(name)) throw new TypeError(`"${key}" belongs to the view "${name}"`);
      const { tags } = options;
      const source = {
        load: load as (context: LoadContext) => unknown,
        tagsOf:
          tags === undefined
            ? undefined
            : (value: unknown) => (typeof tags === 'function' ? tags(value as Value) : tags),
      };
      const entry = await readerOf<Value>(name, options).lookup(key, key, source, {
        ...options,
        tags: undefined,
        isolation: undefined,
      });
      return entry.value as Value;
    },
  };
}
