/**
 * Runs the unit tests of all packages and apps under every Node of the matrix, one line for each. Tests with real
 * servers stay with the Node that one develops on, and so do properties, laws, models, allocations and simulations.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describeFault, findFault, listFailedFiles, readCounts } from './outcome.mjs';
import { listNodes } from './versions.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
// What servers and the wire do, what the compiler puts on the heap, and thousands of random cases do not differ by Node's
// version so that they would be worth their minutes three times more. Neither does what models and thousands of clients,
// terms and keys come to.
const left = [
  '**/*.{int,fault,prop}.test.ts',
  '**/{allocation,availability,laws,simulation}/**',
  '**/{*-model,cursor-protocol,election-cycles,hit-ratio,idle-clients}.test.ts',
];
// A module is loaded once for all files of a worker: loading them for each takes as long as the tests themselves.
const selection = ['run', '--no-isolate', '--project', '@lockstep/*', ...left.flatMap((one) => ['--exclude', one])];
// What one Node's run has compiled serves the others, and nobody after them.
const compiled = join(root, 'node_modules', '.node-matrix');
const forget = () => rmSync(compiled, { recursive: true, force: true });
forget();
process.once('exit', forget);
const sharing = ['--experimental.fsModuleCache', `--experimental.fsModuleCachePath=${compiled}`];

/**
 * @param {string} binary
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number | undefined, output: string }>}
 */
function runNode(binary, args) {
  return new Promise((resolve) => {
    // First on PATH as well, so that a test that starts a Node of its own starts this one.
    const env = { ...process.env, PATH: `${dirname(binary)}${delimiter}${process.env['PATH'] ?? ''}`, NO_COLOR: '1' };
    const child = spawn(binary, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (/** @type {string} */ text) => {
        output += text;
      });
    }
    child.once('error', (error) => resolve({ code: undefined, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

for (const { major, binary } of listNodes()) {
  if (binary === undefined) {
    // The optional aliases are for this platform only; where they belong, a missing one is a failure.
    const isExpected = process.platform === 'linux' && process.arch === 'x64';
    if (isExpected) process.exitCode = 1;
    const word = isExpected ? 'FAIL' : 'skip';
    console.log(`${word}  Node ${major}: no binary for ${process.platform} ${process.arch} is installed`);
    continue;
  }
  const startedAt = performance.now();
  const version = (await runNode(binary, ['--version'])).output.trim();
  const result = await runNode(binary, [vitest, ...selection, ...sharing]);
  const label = () => `Node ${version}, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
  const fault = findFault(result);
  if (fault === undefined) {
    const counts = readCounts(result.output);
    console.log(`pass  ${label()}: ${counts?.passed} passed, ${counts?.skipped} skipped`);
    continue;
  }
  // As in `.ci/run`: what failed runs once more, by itself, and is told either way.
  const files = listFailedFiles(result.output);
  const again = files.length === 0 ? result : await runNode(binary, [vitest, 'run', '--no-isolate', ...files]);
  const isFlaw = findFault(again) !== undefined;
  if (isFlaw) process.exitCode = 1;
  console.log(describeFault(isFlaw ? 'FAIL' : 'once', label(), fault, result.output));
}
