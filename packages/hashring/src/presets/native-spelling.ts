/** How a client spells what we spell in camel case. Both spellings are taken. */
export interface NativeSpelling {
  /** Our name of each option, by the client's own. */
  readonly names: Readonly<Record<string, string>>;
  /** What a value of ours stands for, where the client has another for it. */
  readonly value?: (name: string, value: unknown) => unknown;
}

/** `deadRetry` in the words of a client: `dead_retry` or `dead retry`. */
export type Words<Name extends string, Separator extends '_' | ' '> = Name extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `${Separator}${Lowercase<Head>}`}${Words<Tail, Separator>}`
  : '';

/** `deadRetry` as the end of a constant: `DEAD_RETRY`. */
export type ConstantCase<Name extends string> = Uppercase<Words<Name, '_'>>;

/** Options by the words of the client. */
export type InWords<Options extends object, Separator extends '_' | ' '> = {
  readonly [Name in keyof Options & string as Words<Name, Separator>]?: Options[Name];
};

/** `deadRetry` as `dead_retry` or `dead retry`. */
export function words(name: string, separator: '_' | ' '): string {
  return name.replace(/[A-Z]/g, (letter) => separator + letter.toLowerCase());
}

/**
 * The spelling of a client that spells all its options by one rule.
 *
 * @param ours our names of them.
 * @param spell the client's names of one of them.
 */
export function spelledBy(ours: readonly string[], spell: (name: string) => readonly string[]): NativeSpelling {
  const pairs = ours.flatMap((name) => spell(name).map((native) => [native, name] as const));
  return { names: Object.fromEntries(pairs.filter(([native, name]) => native !== name)) };
}

/** The spelling of a client that writes `dead_retry` for `deadRetry`. */
export function snakeCase(ours: readonly string[]): NativeSpelling {
  return spelledBy(ours, (name) => [words(name, '_')]);
}
