/** The value, if it is an object that is not a list. @throws TypeError that names it by `what` if not. */
export function recordOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new TypeError(`${what} must be an object, got ${describe(value)}`);
}

/** The value, if it is a list of which every item is accepted. @throws TypeError that names it by `what` if not. */
export function listOf<Item>(value: unknown, what: string, accepts: (item: unknown) => item is Item): readonly Item[] {
  if (!Array.isArray(value)) throw new TypeError(`${what} must be a list, got ${describe(value)}`);
  const stranger = value.findIndex((item) => !accepts(item));
  if (stranger < 0) return value;
  throw new TypeError(`item ${stranger} of ${what} is not as it must be: ${describe(value[stranger])}`);
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}
