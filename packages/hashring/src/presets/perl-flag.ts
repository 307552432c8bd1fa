import type { OptionRule } from '../algorithms/option-rules.ts';

/** Perl's truth: a number that is not 0, or `true`. */
export type PerlFlag = boolean | number;

/** A flag of a Perl module, which is off where it is left out. */
export function perlFlag(): OptionRule<PerlFlag> {
  const accepts = (value: unknown): boolean => typeof value === 'boolean' || typeof value === 'number';
  return { default: false, expected: 'true, false or a number', accepts };
}
