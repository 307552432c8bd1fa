import type { CacheOptions } from './cache-options.ts';
import type { GetOrSetOptions } from './cache.ts';
import { checkKey } from './check-key.ts';
import { formOf } from './codecs/codec.ts';
import { jsonCodec } from './codecs/json-codec.ts';
import type { LocalRoom } from './local/local-room.ts';
import type { LoadContext } from './load-context.ts';
import { type CacheCore, type HearingView, viewOfTag, viewTag } from './read/cache-core.ts';
import { fullPolicy } from './read/check-read-policy.ts';
import type { ViewSettings } from './read/load-request.ts';
import { createLocalSpace } from './read/local-space.ts';
import { type FullPolicy, ViewReader } from './read/view-reader.ts';

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
export function createAdHoc(core: () => CacheCore, room: LocalRoom, { maxBytes, sizeOf }: CacheOptions): AdHoc {
  const weigh = maxBytes === undefined ? undefined : sizeOf;
  const space = createLocalSpace(room, weigh, (error) => core().onError(error));
  const settings: ViewSettings = {
    name: '',
    ownTag: undefined,
    space,
    codec: jsonCodec,
    form: formOf(jsonCodec),
    isolation: 'share',
    isShared: true,
    idleMs: 0,
    jitter: 0,
    refreshAhead: 1,
  };
  let policy: FullPolicy | undefined;
  let plainReader: ViewReader | undefined;

  function readerOf(name: string | undefined): ViewReader {
    policy ??= fullPolicy({ ttlMs: 60_000 }, core().whenPartitioned);
    if (name === undefined) return (plainReader ??= new ViewReader(core(), settings, policy));
    return new ViewReader(core(), { ...settings, ownTag: viewTag(name) }, policy);
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
      if (maxBytes !== undefined && sizeOf === undefined) {
        throw new TypeError('maxBytes needs sizeOf in the cache for the values of getOrSet');
      }
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
      const entry = await readerOf(name).lookup(key, key, source, options);
      return entry.value as Value;
    },
  };
}
