import { SetupError } from './setup-error.mjs';

/** @param {string} text */
function parseVersion(text) {
  const [major = 0, minor = 0, patch = 0] = text
    .replace(/^v/u, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  return { major, minor, patch };
}

/**
 * Whether a version is inside a range of the forms that an `engines` field here uses: `^1.2.3` and `>=1.2.3`, joined
 * by `||`. Anything else is an error, so that a new form is not silently misread.
 *
 * @param {string} version
 * @param {string} range
 * @returns {boolean}
 */
export function satisfies(version, range) {
  const have = parseVersion(version);
  return range.split('||').some((part) => {
    const match = /^\s*(\^|>=)\s*(\d+(?:\.\d+){0,2})\s*$/u.exec(part);
    if (match === null) throw new SetupError(`The range "${part.trim()}" in package.json engines is not understood.`);
    const want = parseVersion(String(match[2]));
    if (match[1] === '^' && have.major !== want.major) return false;
    if (have.major !== want.major) return have.major > want.major;
    if (have.minor !== want.minor) return have.minor > want.minor;
    return have.patch >= want.patch;
  });
}

/**
 * Refuses a Node that the packages do not support.
 *
 * @param {string} version such as `v20.19.0`
 * @param {string} range the `engines.node` field
 */
export function checkNodeVersion(version, range) {
  if (satisfies(version, range)) return;
  throw new SetupError(
    `Node ${version} is not supported: Lockstep needs Node ${range}.`,
    'Install a supported Node (20.19 or later, 22.12 or later, or 24 and up), then run it again.',
  );
}
