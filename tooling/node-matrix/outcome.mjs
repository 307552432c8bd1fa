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
