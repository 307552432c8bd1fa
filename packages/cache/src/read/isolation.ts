import type { Isolation } from '../view-options.ts';

/** The value as it goes to the store and to those who wait for its load. */
export function isolated(value: unknown, isolation: Isolation): unknown {
  if (isolation === 'freeze') return deepFrozen(value);
  return isolation === 'clone' ? structuredClone(value) : value;
}

/** Freezes the value and every object in its properties. Buffers and typed arrays cannot be frozen. */
function deepFrozen(value: unknown): unknown {
  const pending: unknown[] = [value];
  // One that is frozen already may hold others that are not.
  const seen = new Set<object>();
  for (let next = pending.pop(); next !== undefined || pending.length > 0; next = pending.pop()) {
    if (typeof next !== 'object' || next === null || ArrayBuffer.isView(next) || seen.has(next)) continue;
    seen.add(next);
    Object.freeze(next);
    for (const key of Reflect.ownKeys(next)) pending.push(Reflect.get(next, key));
  }
  return value;
}
