import type { CacheOptions } from './cache-options.ts';
import { CacheView } from './cache-view.ts';
import { checkNumber } from './check-number.ts';
import { formOf } from './codecs/codec.ts';
import { jsonCodec } from './codecs/json-codec.ts';
import type { LocalRoom } from './local/local-room.ts';
import { assertOpen, type CacheCore, viewTag } from './read/cache-core.ts';
import { fullPolicy } from './read/check-read-policy.ts';
import { createLocalSpace } from './read/local-space.ts';
import { ViewReader } from './read/view-reader.ts';
import type { Isolation, ViewOptions } from './view-options.ts';
import type { View } from './view.ts';
import type { Writer } from './write/writer.ts';

const NAME = /^[A-Za-z0-9_.-]{1,100}$/;
const ISOLATIONS: readonly Isolation[] = ['share', 'freeze', 'clone'];

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
  checkViewOptions(options);
  const sizeOf = (options.sizeOf ?? cacheOptions.sizeOf) as ((value: unknown) => number) | undefined;
  if (cacheOptions.maxBytes !== undefined && sizeOf === undefined) {
    throw new TypeError(`maxBytes needs sizeOf, in the cache or in the view "${name}"`);
  }
  const space = createLocalSpace(room, cacheOptions.maxBytes === undefined ? undefined : sizeOf, core.onError);
  const codec = options.codec ?? jsonCodec;
  const reader = new ViewReader(
    core,
    {
      name,
      ownTag: viewTag(name),
      space,
      codec,
      form: formOf(codec, options.version),
      isolation: options.isolation ?? 'share',
      isShared: options.shared ?? true,
      idleMs: options.idleMs ?? 0,
      jitter: options.jitter ?? 0,
      refreshAhead: options.refreshAhead ?? 1,
    },
    fullPolicy(options, core.whenPartitioned),
  );
  core.views.set(name, {
    name,
    forget: space.forget,
    forgetTag: space.forgetTag,
    forgetAll: space.forgetAll,
  });
  return new CacheView(core, writer, reader, options);
}

function checkViewOptions<Id, Value>(options: ViewOptions<Id, Value>): void {
  const { load, loadMany, idleMs, jitter, refreshAhead, isolation } = options;
  if (load === undefined && loadMany === undefined) throw new TypeError('a view needs load or loadMany');
  if (idleMs !== undefined) checkNumber('idleMs', idleMs, { min: 1 });
  if (jitter !== undefined) checkNumber('jitter', jitter, { min: 0, max: 1 });
  if (refreshAhead !== undefined) checkNumber('refreshAhead', refreshAhead, { min: 0.01, max: 1 });
  if (isolation !== undefined && !ISOLATIONS.includes(isolation)) {
    throw new TypeError(`isolation must be one of ${ISOLATIONS.join(', ')}, got ${isolation}`);
  }
}
