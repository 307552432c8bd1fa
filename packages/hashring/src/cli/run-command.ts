import { ConfigError } from '../config/config-error.ts';
import { type Command, UsageError } from './command.ts';
import { compare } from './compare.ts';
import { listAlgorithms } from './list-algorithms.ts';
import { plan } from './plan.ts';
import { renderTable } from './table.ts';
import { vectors } from './vectors.ts';
import { where } from './where.ts';

/** Every subcommand, in the order of the help. */
export const commands: readonly Command[] = [plan, where, compare, listAlgorithms, vectors];

/** Where a command writes. */
export interface Output {
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/**
 * Runs `hashring`.
 *
 * @param args the arguments behind its name.
 * @returns the exit code: 0 for success, 2 for a mistake of the user, which is complained of in a line; `vectors` has
 * codes of its own.
 */
export function runCommand([name, ...args]: readonly string[], { print, complain }: Output): number {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? complain : print)(renderOverview());
    return name === undefined ? 2 : 0;
  }
  try {
    const command = commands.find((each) => each.name === name);
    if (command !== undefined) return command.run(args, print);
    throw new UsageError(`there is no command ${name}; there are ${commands.map((each) => each.name).join(', ')}`);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ConfigError)) throw error;
    complain(`hashring: ${error.message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
    return 2;
  }
}

function renderOverview(): string {
  const rows = commands.map((command) => [`  ${command.name}`, command.summary]);
  return [
    'Usage: hashring COMMAND …\n',
    'Which memcached node a key belongs on, as each client ecosystem places it.\n',
    renderTable(rows),
    '`hashring COMMAND --help` says how it is called.\n',
  ].join('\n');
}
