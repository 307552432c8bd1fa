/**
 * Reads the closing line of a test run, as the count reporter prints it.
 *
 * @param {string} output
 * @returns {{ passed: number, failed: number, skipped: number } | undefined} undefined when the run never got there
 */
export function readCounts(output) {
  const lines = [...output.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gmu)];
  const last = lines.at(-1);
  if (last === undefined) return undefined;
  return { passed: Number(last[1]), failed: Number(last[2]), skipped: Number(last[3]) };
}

/**
 * Why a run is not good, or undefined when it is. A run without a single test that passed proves nothing.
 *
 * @param {{ code: number | undefined, output: string }} result
 * @returns {string | undefined}
 */
export function findFault({ code, output }) {
  const counts = readCounts(output);
  if (counts === undefined) return 'the run ended without a count';
  if (counts.failed > 0) return `${counts.failed} failed`;
  if (counts.passed === 0) return 'no test ran';
  return code === 0 ? undefined : `vitest ended with code ${code}`;
}

/**
 * The files that are to blame, or none where anything failed outside of files.
 *
 * @param {string} output
 * @returns {string[]} paths from the root
 */
export function listFailedFiles(output) {
  const files = [...output.matchAll(/^FAIL {2}(?:(\S+\.test\.ts)\b)?/gmu)].map(([, file]) => file);
  const known = files.filter((file) => file !== undefined);
  return known.length === files.length ? [...new Set(known)] : [];
}

/**
 * What is worth reading of a run that is not good: its lines `FAIL  …` with `label` in front, or the fault where it has
 * none, then what vitest tells of the failures, or all where it tells nothing.
 *
 * @param {'FAIL' | 'once'} word for `FAIL`, in what is returned
 * @param {string} label
 * @param {string} fault
 * @param {string} output
 * @returns {string}
 */
export function describeFault(word, label, fault, output) {
  const failures = [...output.matchAll(/^FAIL {2}(.*)$/gmu)].map(([, what]) => `${word}  ${label}: ${what}`);
  const details = output.search(/^.*Failed (?:Suites|Tests) \d+|^.*Unhandled Errors/mu);
  const told = (details === -1 ? output : output.slice(details)).replaceAll(/^FAIL {2}.*\n/gmu, '').trimEnd();
  return [...(failures.length === 0 ? [`${word}  ${label}: ${fault}`] : failures), told].join('\n');
}
