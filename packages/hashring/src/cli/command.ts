/** A subcommand of `hashring`. */
export interface Command {
  readonly name: string;
  /** What it does, in a line. */
  readonly summary: string;
  /**
   * @param args what follows the name on the command line.
   * @param print writes to the standard output.
   * @returns the exit code.
   * @throws UsageError or ConfigError for a mistake of the user.
   */
  readonly run: (args: readonly string[], print: (text: string) => void) => number;
}

/** A mistake on the command line: the message is for the user, and needs no stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
