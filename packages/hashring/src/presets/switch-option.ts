import type { OptionRule } from '../algorithms/option-rules.ts';

/** What Perl, Python, PHP and C take for a switch: `true`, `false`, or a number, which is off where it is 0. */
export type Switch = boolean | number;

/** A switch, which is off where it is left out. */
export function switchOption(): OptionRule<Switch> {
  const accepts = (value: unknown): boolean => typeof value === 'boolean' || typeof value === 'number';
  return { default: false, expected: 'true, false or a number', accepts };
}
