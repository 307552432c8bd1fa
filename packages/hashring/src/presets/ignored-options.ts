import type { OptionRule } from '../algorithms/option-rules.ts';

const ANYTHING: OptionRule<unknown> = { default: undefined, expected: 'anything', accepts: () => true };

/** Rules of options that a client has, but that have no say in where keys go: any value is right. */
export function ignoredOptions<Name extends string>(
  names: readonly Name[],
): Readonly<Record<Name, OptionRule<unknown>>> {
  return Object.fromEntries(names.map((name) => [name, ANYTHING])) as Record<Name, OptionRule<unknown>>;
}

/** Whether it is the rule of an option that has no say in where keys go. */
export function isIgnored(rule: OptionRule<unknown>): boolean {
  return rule === ANYTHING;
}
