import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { lastLines, runCommand } from './command.mjs';
import { downloadFailure } from './download-failure.mjs';
import { toolEnvironment } from './environment.mjs';
import { say } from './say.mjs';
import { SetupError } from './setup-error.mjs';
import { listFolders, readManifest } from './workspace.mjs';

const stampFile = join('node_modules', '.lockstep-setup');

/**
 * A digest of everything that decides what an install puts in place: the lockfile, the workspace file and every
 * package.json.
 *
 * @param {string} root
 * @returns {string}
 */
export function dependencyStamp(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  const manifests = listFolders(root).map((folder) => join(folder, 'package.json'));
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]) {
    hash.update(`${file}\n`);
    if (existsSync(join(root, file))) hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/**
 * Whether the dependencies in place are those of the stamp, in every folder of the workspace.
 *
 * @param {string} root
 * @returns {boolean}
 */
export function isInstalled(root) {
  const file = join(root, stampFile);
  if (!existsSync(file) || readFileSync(file, 'utf8').trim() !== dependencyStamp(root)) return false;
  return listFolders(root).every((folder) => {
    const { dependencies, devDependencies } = readManifest(folder, root);
    const wantsSome = Object.keys({ ...dependencies, ...devDependencies }).length > 0;
    return !wantsSome || existsSync(join(root, folder, 'node_modules'));
  });
}

/**
 * Writes down that what is installed now is right for the lockfile and manifests of now.
 *
 * @param {string} root
 */
export function writeStamp(root) {
  writeFileSync(join(root, stampFile), `${dependencyStamp(root)}\n`);
}

/**
 * Installs the dependencies, only when the lockfile or a manifest changed since the last time.
 *
 * @param {string} root
 */
export async function ensureDependencies(root) {
  if (isInstalled(root)) return;
  say('installing dependencies (pnpm install --frozen-lockfile)');
  // CI=true: pnpm asks no questions, since there is nobody to answer them.
  const env = { ...toolEnvironment(), CI: 'true' };
  const result = await runCommand('pnpm', ['install', '--frozen-lockfile'], { cwd: root, env });
  if (result.code === 0) {
    writeStamp(root);
    return;
  }
  if (/OUTDATED_LOCKFILE/u.test(result.output)) {
    throw new SetupError(
      'pnpm-lock.yaml does not match the package.json files.',
      'Run `pnpm install` and commit the lockfile, then run it again.',
      lastLines(result.output, 8),
    );
  }
  throw downloadFailure('pnpm install', result.output);
}
