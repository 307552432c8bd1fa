import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

import type { LogLevel } from './environment.ts';

/** How a logger is made. */
export interface LoggerOptions {
  /** Name of the app, in every line as `name`. */
  readonly name: string;
  /** @default 'info' */
  readonly level?: LogLevel;
  /** @default stdout */
  readonly destination?: DestinationStream;
}

/**
 * A logger of JSON lines. An error in `err` is written by its type, code, message, stack and cause
 * alone: errors of clients carry the command they failed on, and with it keys, values and passwords.
 */
export function createLogger({ name, level = 'info', destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    timestamp: stdTimeFunctions.isoTime,
    serializers: { err: serializeError },
    redact: [
      'password',
      'token',
      'linkToken',
      'authorization',
      '*.password',
      '*.token',
      '*.linkToken',
      '*.authorization',
    ],
  };
  // Without `sync` a line may be under way when the process exits, and come after later ones or not at all.
  return pino(options, destination ?? pino.destination({ dest: 1, sync: true }));
}

function serializeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: error.message,
    stack: error.stack,
    // Bounded, since a cause may lead back to where it came from.
    ...(error.cause === undefined || depth >= 4 ? {} : { cause: serializeError(error.cause, depth + 1) }),
  };
}
