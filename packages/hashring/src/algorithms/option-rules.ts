/** What one option must be. */
export interface OptionRule<Value> {
  readonly default: Value;
  /** What the option must be, to complete "… must be". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** Every value that it takes, where these can be counted. */
  readonly values?: readonly Value[];
}

/** One rule for each option. */
export type OptionRules<Options extends object> = {
  readonly [Name in keyof Options]-?: OptionRule<Exclude<Options[Name], undefined>>;
};

export function oneOf<const Value>(fallback: NoInfer<Value>, values: readonly Value[]): OptionRule<Value> {
  const expected = `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return { default: fallback, expected, accepts: (value) => values.includes(value as Value), values };
}

export function integer(fallback: number, from: number, to: number): OptionRule<number> {
  const accepts = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= from && Number(value) <= to;
  return { default: fallback, expected: `an integer from ${from} to ${to}`, accepts };
}

export function flag(fallback: boolean): OptionRule<boolean> {
  const accepts = (value: unknown): boolean => typeof value === 'boolean';
  return { default: fallback, expected: 'true or false', accepts, values: [false, true] };
}

/** Text, which is empty where the option is not used. */
export function text(): OptionRule<string> {
  return { default: '', expected: 'a string', accepts: (value) => typeof value === 'string' };
}

/**
 * Checks options and fills in the defaults.
 *
 * @param subject whose options they are, for the message.
 * @throws TypeError for an option that is not there. @throws RangeError for a value that it does not take.
 */
export function completeOptions<Options extends object>(
  subject: string,
  rules: OptionRules<Options>,
  given: Readonly<Record<string, unknown>>,
): Required<Options> {
  const known = Object.entries<OptionRule<unknown>>(rules);
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(rules, name));
  if (stranger !== undefined) {
    const names = known.length === 0 ? 'it has none' : `it has ${known.map(([name]) => name).join(', ')}`;
    throw new TypeError(`${subject} has no option ${JSON.stringify(stranger)}; ${names}`);
  }
  const complete = known.map(([name, rule]) => {
    const value = given[name] ?? rule.default;
    if (rule.accepts(value)) return [name, value];
    throw new RangeError(`${name} of ${subject} must be ${rule.expected}, got ${JSON.stringify(value)}`);
  });
  return Object.fromEntries(complete) as Required<Options>;
}
