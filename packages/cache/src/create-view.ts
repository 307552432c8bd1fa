import type { CacheOptions } from './cache-options.ts';
import { CacheView } from './cache-view.ts';
import type { LocalRoom } from './local/local-room.ts';
import { assertOpen, type CacheCore, viewTag } from './read/cache-core.ts';
import { fullPolicy } from './read/check-read-policy.ts';
import { createLocalSpace } from './read/local-space.ts';
import { ViewReader } from './read/view-reader.ts';
import { viewSettings } from './view-settings.ts';
import type { ViewOptions } from './view-options.ts';
import type { View } from './view.ts';
import type { Writer } from './write/writer.ts';

const NAME = /^[A-Za-z0-9_.-]{1,100}$/;

/** A view of a cache. @throws TypeError or RangeError for what makes no sense. */
export function createView<Id, Value>(
  core: CacheCore,
  writer: Writer,
  name: string,
  options: ViewOptions<Id, Value>,
  cacheOptions: CacheOptions,
  room: LocalRoom,
): View<Id, Value> {
  assertOpen(core);
  if (!NAME.test(name)) {
    throw new TypeError(`the name of a view must be 1 to 100 of A-Z a-z 0-9 . _ -, got ${JSON.stringify(name)}`);
  }
  if (core.views.has(name)) throw new TypeError(`the view "${name}" is defined already`);
  if (options.load === undefined && options.loadMany === undefined) {
    throw new TypeError('a view needs load or loadMany');
  }
  const space = createLocalSpace(room, core.onError);
  const reader = new ViewReader(
    core,
    viewSettings<Value>({ name, ownTag: viewTag(name), space }, options, cacheOptions),
    fullPolicy(options, core),
  );
  core.views.set(name, {
    name,
    forget: space.forget,
    forgetTag: space.forgetTag,
    forgetAll: space.forgetAll,
  });
  return new CacheView(core, writer, reader, options);
}
