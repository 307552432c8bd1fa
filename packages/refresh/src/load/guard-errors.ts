import { toError } from '@lockstep/core';

/** Wraps an `onError`, which is called where nobody could catch what it throws. @default process.emitWarning */
export function guardErrors(onError: ((error: Error) => void) | undefined): (error: Error) => void {
  const warn = (error: unknown): void => process.emitWarning(toError(error));
  if (onError === undefined) return warn;
  return (error) => {
    try {
      onError(error);
    } catch (thrown) {
      warn(thrown);
    }
  };
}
