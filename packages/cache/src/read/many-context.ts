import type { LoadContext, LoadManyContext } from '../load-context.ts';

/**
 * The context of one call of `loadMany`.
 *
 * @param textOf the id as text: a loader may ask with another object for the same id, such as one from a row
 * @param contexts by that text
 */
export function manyContext<Id>(
  signal: AbortSignal,
  textOf: (id: Id) => string,
  contexts: ReadonlyMap<string, LoadContext>,
): LoadManyContext<Id> {
  return {
    signal,
    of(id) {
      const text = textOf(id);
      const context = contexts.get(text);
      if (context === undefined) throw new TypeError(`this call of loadMany is not to bring ${JSON.stringify(text)}`);
      return context;
    },
  };
}
