import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findExecutable, runCommand } from './command.mjs';
import { downloadFailure } from './download-failure.mjs';
import { toolEnvironment, toolsFolder } from './environment.mjs';
import { say } from './say.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * The version in a `packageManager` field.
 *
 * @param {string | undefined} field such as `pnpm@12.21.0`
 * @returns {string}
 */
export function pinnedVersion(field) {
  const version = /^pnpm@(\d+\.\d+\.\d+)/u.exec(field ?? '')?.[1];
  if (version === undefined) throw new SetupError(`packageManager in package.json must name a pnpm, got "${field}".`);
  return version;
}

/**
 * Whether a pnpm that answered `found` will do where `wanted` is pinned: the lockfile format goes with the major.
 *
 * @param {string} found what `pnpm --version` printed
 * @param {string} wanted
 * @returns {boolean}
 */
export function isUsable(found, wanted) {
  return /^\d+\.\d+\.\d+/u.test(found.trim()) && found.trim().split('.')[0] === wanted.split('.')[0];
}

/**
 * How to call the npm that belongs to this Node: npm tells its scripts where it is itself.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @returns {{ command: string, args: string[] } | undefined}
 */
export function findNpm(environment) {
  const script = environment['npm_execpath'];
  if (script?.endsWith('npm-cli.js') === true) return { command: process.execPath, args: [script] };
  const npm = findExecutable('npm', environment['PATH']);
  return npm === undefined ? undefined : { command: npm, args: [] };
}

/**
 * Makes sure that a pnpm of the pinned major is on the PATH of `toolEnvironment()`; installs the pinned version into
 * `.tools/` when there is none.
 *
 * @param {string | undefined} packageManager the field of the root package.json
 */
export async function ensurePackageManager(packageManager) {
  const wanted = pinnedVersion(packageManager);
  const environment = toolEnvironment();
  // Asked outside of the workspace, where it tells its own version and does not try to become another one.
  const found = await runCommand('pnpm', ['--version'], { cwd: tmpdir(), env: environment });
  if (found.code === 0 && isUsable(found.output, wanted)) return;

  const npm = findNpm(environment);
  const byHand = `Install pnpm ${wanted} yourself (npm install --global pnpm@${wanted}), then run it again.`;
  if (npm === undefined) throw new SetupError('Neither pnpm nor npm is on PATH.', byHand);
  say(`installing pnpm ${wanted} into .tools`);
  mkdirSync(toolsFolder, { recursive: true });
  // Without a package.json of its own npm would take the one of the repository for its root.
  writeFileSync(join(toolsFolder, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--prefix', toolsFolder, '--no-save', '--no-audit', '--no-fund', '--no-package-lock'];
  // Without a network npm would go on trying for many minutes before it says so.
  args.push('--fetch-retries=1', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000');
  const installed = await runCommand(npm.command, [...npm.args, ...args, `pnpm@${wanted}`], {
    cwd: toolsFolder,
    env: withoutNpmSettings(environment),
  });
  if (installed.code !== 0) throw downloadFailure(`Installing pnpm ${wanted}`, installed.output, byHand);
}

/**
 * npm hands its own flags to scripts as variables; those of the outer npm must not steer the inner one.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv}
 */
function withoutNpmSettings(environment) {
  const flags = /^npm_config_(?:prefix|local_prefix|global|global_prefix|workspaces?|ignore_scripts|dry_run|json)$/iu;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !flags.test(name)));
}
