import { parseArgs } from 'node:util';

import { UsageError } from './command.ts';
import { renderTable } from './table.ts';

/** One option of a subcommand. */
export interface OptionSpec {
  /** What stands for its value in the help; absent where it has none. */
  readonly value?: string;
  readonly help: string;
}

/** What a subcommand takes. */
export interface ArgumentSpec {
  readonly command: string;
  /** The lines that show how it is called, without `hashring`. */
  readonly usage: readonly string[];
  /** What it does, in a few sentences. */
  readonly about: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
}

/** What the user gave. */
export interface Arguments {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlySet<string>;
  readonly positionals: readonly string[];
}

const COMMON: Readonly<Record<string, OptionSpec>> = {
  json: { help: 'print one JSON document' },
  help: { help: 'print this' },
};

/**
 * Reads the arguments of a subcommand. Every one has `--json` and `--help` besides its own.
 *
 * @throws UsageError for an option that it does not have, and one without its value.
 */
export function parseArguments(spec: ArgumentSpec, args: readonly string[]): Arguments {
  const specs = Object.entries({ ...spec.options, ...COMMON });
  const options = Object.fromEntries(
    specs.map(([name, { value }]) => {
      const type = value === undefined ? ('boolean' as const) : ('string' as const);
      return [name, { type, ...(name === 'help' && { short: 'h' }) }];
    }),
  );
  const known = specs.map(([name, { value }]) => (value === undefined ? `--${name}` : `--${name} ${value}`)).join(', ');
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      tokens: true,
    });
    const names = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) throw new UsageError(`${spec.command}: --${twice} is there twice`);
    return { values: values as Record<string, string | undefined>, flags: new Set(names), positionals };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [problem] = error.message.split(/\.?\n|\. /);
    throw new UsageError(`${spec.command}: ${problem}; it has ${known}`, { cause: error });
  }
}

/** The help of a subcommand. */
export function renderHelp({ usage, about, options }: ArgumentSpec): string {
  const rows = Object.entries({ ...options, ...COMMON }).map(([name, { value, help }]) => {
    return [`  --${name}${value === undefined ? '' : ` ${value}`}`, help];
  });
  const lines = usage.map((line, index) => `${index === 0 ? 'Usage: ' : '       '}hashring ${line}`);
  return `${lines.join('\n')}\n\n${about}\n\n${renderTable(rows)}`;
}
