/** A failure that the reader can act on: one line that says what is wrong, one or more that say what to do. */
export class SetupError extends Error {
  /**
   * @param {string} message what failed
   * @param {string} [advice] what to do about it
   * @param {string} [output] the end of what the failed command printed
   */
  constructor(message, advice = '', output = '') {
    super(message);
    this.name = 'SetupError';
    this.advice = advice;
    this.output = output;
  }
}

/**
 * The lines a user sees for a failure: never a stack for what he can put right.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function renderFailure(error) {
  if (!(error instanceof SetupError)) return `setup: ${error instanceof Error ? error.stack : String(error)}`;
  const lines = [];
  if (error.output.trim() !== '') lines.push(error.output.trimEnd());
  lines.push(`setup: ${error.message}`);
  if (error.advice !== '') lines.push(`setup: ${error.advice}`);
  return lines.join('\n');
}
