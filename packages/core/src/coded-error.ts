/** What a coded error carries besides its code and message. */
export interface CodedErrorOptions {
  /** What led to it, kept as `error.cause`. */
  readonly cause?: unknown;
}

/**
 * The base of every Lockstep error class. Match on `code`, never on the message or with
 * `instanceof`: two copies of a package in one process have two classes and the same codes.
 */
export abstract class CodedError<Code extends string> extends Error {
  /** A stable name, `ERR_<PACKAGE>_<WHAT>`; the README of each package lists its codes. */
  readonly code: Code;

  constructor(code: Code, message: string, options: CodedErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.name = new.target.name;
  }
}

/** What was thrown, as an Error: JavaScript can throw anything. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** One line that says what went wrong: the message, and the code where there is one. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  const text = error.message === '' ? error.name : error.message;
  return typeof code === 'string' && !text.includes(code) ? `${text} (${code})` : text;
}
