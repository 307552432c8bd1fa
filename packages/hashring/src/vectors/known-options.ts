import type { ScenarioRule } from './scenario-rule.ts';

/** Which options the scenarios of a rule may have. */
export interface KnownOptions {
  /** Options that the rule reads. */
  readonly reads?: readonly string[];
  /** Options that only describe what is always so: the values that are true, or a test of them. */
  readonly describes?: Readonly<Record<string, readonly unknown[] | ((value: unknown) => boolean)>>;
}

/** A description in any words. */
export const anyText = (value: unknown): boolean => typeof value === 'string';
/** A number that has no say in where keys go. */
export const anyNumber = (value: unknown): boolean => typeof value === 'number';
/** A switch that has no say in where keys go. */
export const anyFlag = (value: unknown): boolean => typeof value === 'boolean' || value === 0 || value === 1;

/**
 * A rule that does not pass over an option in silence: a scenario with one that it neither reads nor knows to be true is
 * not understood. A `label` that is not read describes how servers are named, in any words, and an empty list `dead` that
 * all live.
 */
export function knowing({ reads = [], describes = {} }: KnownOptions, rule: ScenarioRule): ScenarioRule {
  const described: typeof describes = { label: anyText, dead: isEmptyList, ...describes };
  return (scenario) => {
    for (const [name, value] of Object.entries(scenario.options)) {
      if (reads.includes(name)) continue;
      const shown = `${name} ${JSON.stringify(value)}`;
      if (!Object.hasOwn(described, name))
        throw new TypeError(`scenarios of ${scenario.algorithm} have no option ${shown}; they have ${list(reads)}`);
      const right = described[name]!;
      if (typeof right === 'function' ? right(value) : right.includes(value)) continue;
      const expected =
        typeof right === 'function' ? 'another type' : right.map((each) => JSON.stringify(each)).join(', ');
      throw new RangeError(
        `scenarios of ${scenario.algorithm} with ${shown} are not understood, only with ${expected}`,
      );
    }
    return rule(scenario);
  };
}

/** The same for several rules. */
export function allKnowing(
  known: KnownOptions,
  rules: Readonly<Record<string, ScenarioRule>>,
): Readonly<Record<string, ScenarioRule>> {
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, knowing(known, rule)]));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
