/** The value of a key in a parsed document, or undefined where there is no such thing. */
export function valueAt(value: unknown, ...path: (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}

/** Keys and values of a map, or nothing where the value is no map. */
export function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** The items of a list, or nothing where the value is no list. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A path as people write it: `regions.east.pool.nodes[0]`. */
export function describePath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** What a value is, in a word or two: `a number`, `a list`, `nothing`. */
export function describeKind(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`;
}

/** Where the pools of a region stand in it: the default one, and the others by name. */
export function poolPathsOf(region: unknown): (readonly string[])[] {
  return [['pool'], ...entriesOf(valueAt(region, 'pools')).map(([name]) => ['pools', name])];
}
