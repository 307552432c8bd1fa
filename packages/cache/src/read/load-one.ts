import type { LoadContext } from '../load-context.ts';
import type { LoadedMany, ViewOptions } from '../view-options.ts';
import { manyContext } from './many-context.ts';

/** The value of one id: by `load`, or by `loadMany` of one. */
export async function loadOne<Id, Value>(
  options: ViewOptions<Id, Value>,
  id: Id,
  context: LoadContext,
  textOf: (id: Id) => string,
): Promise<Value | undefined> {
  const { load, loadMany } = options;
  if (load !== undefined) return load(id, context);
  const loaded = await loadMany!([id], manyContext(context.signal, textOf, new Map([[textOf(id), context]])));
  const value = pick(loaded, [id], 0);
  if (value instanceof Error) throw value;
  return value;
}

/**
 * What `loadMany` brought for the id at this place.
 *
 * @throws TypeError when it brought neither a Map nor an array of the right length.
 */
export function pick<Id, Value>(
  loaded: LoadedMany<Id, Value>,
  ids: readonly Id[],
  place: number,
): Value | Error | undefined {
  if (loaded instanceof Map) return (loaded as ReadonlyMap<Id, Value | Error>).get(ids[place]!);
  if (!Array.isArray(loaded) || loaded.length !== ids.length) {
    throw new TypeError(`loadMany must bring a Map, or an array of as many values as ids (${ids.length})`);
  }
  return (loaded as readonly (Value | Error)[])[place];
}
