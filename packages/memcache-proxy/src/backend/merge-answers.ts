/** Everything that several sources tell, in the order in which it comes. The first failure ends it. */
export async function* mergeAnswers<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  type Step = { readonly from: AsyncIterator<T>; readonly result: IteratorResult<T> };
  const pending = new Map<AsyncIterator<T>, Promise<Step>>();
  const ask = (from: AsyncIterator<T>): void => {
    const step = from.next().then((result): Step => ({ from, result }));
    // Where nobody asks for more, nobody hears of it either.
    step.catch(() => undefined);
    pending.set(from, step);
  };
  for (const iterator of iterators) ask(iterator);
  try {
    while (pending.size > 0) {
      const { from, result } = await Promise.race(pending.values());
      pending.delete(from);
      if (result.done === true) continue;
      ask(from);
      yield result.value;
    }
  } finally {
    await Promise.allSettled(iterators.map(async (iterator) => iterator.return?.()));
  }
}
