/**
 * Checks everything that is not a test: format, lint, types, layers, unused code, what would be published, sizes.
 * Runs every check, prints a line for each, then what the failed ones said. `check.mjs NAME…` runs only those.
 */
import { checkFileSizes } from './checks/file-sizes.mjs';
import { checkPackedPackages } from './checks/packed-packages.mjs';
import { checkTestOnly } from './checks/test-only.mjs';
import { toolCheck } from './checks/tool-check.mjs';

/** @type {import('./checks/tool-check.mjs').Check[]} */
const checks = [
  toolCheck('format', 'oxfmt', ['--check', '.']),
  toolCheck('lint', 'oxlint', ['--deny-warnings', '.']),
  toolCheck('types', 'tsc', ['-b']),
  toolCheck('layers', 'turbo', ['boundaries']),
  { name: 'test-only', run: checkTestOnly },
  toolCheck('unused', 'knip', ['--no-progress']),
  { name: 'packages', run: checkPackedPackages },
  toolCheck('versions', 'sherif', ['--fail-on-warnings', '--ignore-rule', 'packages-without-package-json']),
  { name: 'file-sizes', run: checkFileSizes },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => checks.every((check) => check.name !== name));
if (unknown.length > 0) {
  const names = checks.map((check) => check.name).join(', ');
  process.stderr.write(`check: there is no check ${unknown.join(', ')}. There are: ${names}.\n`);
  process.exit(2);
}

const chosen = checks.filter((check) => wanted.length === 0 || wanted.includes(check.name));
/** @type {{ name: string, problems: string[] }[]} */
const failed = [];
for (const check of chosen) {
  const startedAt = performance.now();
  const { problems } = await check.run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (problems.length > 0) failed.push({ name: check.name, problems });
  console.log(`${problems.length === 0 ? 'pass' : 'FAIL'}  ${check.name.padEnd(12)}${seconds.padStart(6)} s`);
}
for (const { name, problems } of failed) console.log(`\n--- ${name}\n${problems.join('\n')}`);
console.log(`\n${chosen.length - failed.length} of ${chosen.length} checks passed`);
if (failed.length > 0) process.exitCode = 1;
