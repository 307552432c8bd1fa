/** A mistake in a configuration that a user wrote: the message is for him, and needs no stack. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /**
   * @param source the file or the argument that is wrong.
   * @param problems all that is wrong with it.
   */
  constructor(source: string, problems: readonly string[], options?: ErrorOptions) {
    super(`${source}: ${problems.join('; ')}`, options);
  }
}

/**
 * Does what may find a mistake, and says in whose configuration it was found.
 *
 * @throws ConfigError for a SyntaxError, TypeError or RangeError of `action`.
 */
export function blaming<Value>(source: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    const isMistake = error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError;
    if (!isMistake) throw error;
    throw new ConfigError(source, [error.message], { cause: error });
  }
}
