import { runCommand } from '../../src/cli/run-command.ts';

/** What a command line comes to. */
export interface Run {
  readonly code: number;
  readonly printed: string;
  readonly complaint: string;
}

/** Runs `hashring` with its output caught. */
export function run(...args: readonly string[]): Run {
  let printed = '';
  let complaint = '';
  const code = runCommand(args, { print: (text) => (printed += text), complain: (text) => (complaint += text) });
  return { code, printed, complaint };
}

/** The rows of a table, each as its cells: what two blanks or more stand between. */
export function cells(printed: string): string[][] {
  return printed.split('\n').map((line) => line.trim().split(/ {2,}/));
}
