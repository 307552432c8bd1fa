/**
 * Says one line about what setup is about to do.
 *
 * @param {string} text
 */
export function say(text) {
  process.stdout.write(`setup: ${text}\n`);
}
