/** Lets those who ask for a key while it is being brought wait for that, as one would write it by hand. */
export function shareLoads(
  bring: (key: string, load: () => Promise<unknown>) => Promise<unknown>,
): (key: string, load: () => Promise<unknown>) => Promise<unknown> {
  const underWay = new Map<string, Promise<unknown>>();
  return (key, load) => {
    const joined = underWay.get(key);
    if (joined !== undefined) return joined;
    const brought = bring(key, load).finally(() => underWay.delete(key));
    underWay.set(key, brought);
    return brought;
  };
}
