/** Tells of failures that no caller hears of, to an `onError` that may throw: nothing that reports may end by that. */
export function createSafeReporter(onError: (error: Error) => void): (error: Error) => void {
  return (error) => {
    try {
      onError(error);
    } catch (cause) {
      warn(error);
      warn(new Error('onError threw', { cause }));
    }
  };
}

/** What stands in for an `onError` that is not given. */
export function warn(error: Error): void {
  process.emitWarning(error);
}
