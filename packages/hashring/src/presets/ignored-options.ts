import type { OptionRule } from '../algorithms/option-rules.ts';

/** Rules of options that a client has, but that have no say in where keys go: any value is right. */
export function ignoredOptions<Name extends string>(
  names: readonly Name[],
): Readonly<Record<Name, OptionRule<unknown>>> {
  const rule: OptionRule<unknown> = { default: undefined, expected: 'anything', accepts: () => true };
  return Object.fromEntries(names.map((name) => [name, rule])) as Record<Name, OptionRule<unknown>>;
}
