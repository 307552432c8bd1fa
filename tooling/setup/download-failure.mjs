import { lastLines } from './command.mjs';
import { SetupError } from './setup-error.mjs';

const networkSigns =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|FETCH_|_FETCH|Failed to fetch|Could not resolve|Temporary failure|Unable to connect|certificate|tunneling|dns error|error sending request|timed out/iu;

/**
 * Turns a failed download into a message that says what failed and what to do.
 *
 * @param {string} what such as `pnpm install`
 * @param {string} output what the command printed
 * @param {string} [otherAdvice] the advice when the network is not to blame
 * @returns {SetupError}
 */
export function downloadFailure(what, output, otherAdvice = 'Put right what the lines above say, then run it again.') {
  const advice = networkSigns.test(output)
    ? 'A download failed. Check the network; behind a proxy, set HTTP_PROXY, HTTPS_PROXY and NO_PROXY; then run it again.'
    : otherAdvice;
  return new SetupError(`${what} failed.`, advice, lastLines(output));
}
