import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runCommand } from '../command.mjs';
import { toolEnvironment } from '../environment.mjs';
import { listMembers, root } from '../workspace.mjs';
import { runTool } from './tool-check.mjs';

/** How many packages are looked at at a time. */
const atOnce = 2;

/**
 * The folders of the packages that go to the registry.
 *
 * @param {readonly import('../workspace.mjs').Member[]} members
 * @returns {string[]}
 */
export function listPublished(members) {
  return members
    .filter(({ folder, manifest }) => /^(packages|apps)\//.test(folder) && manifest.private !== true)
    .map(({ folder }) => folder);
}

/**
 * Packs a package as it would be published, and has publint and arethetypeswrong read the tarball.
 *
 * @param {string} folder
 * @returns {Promise<string[]>} what is wrong with it
 */
async function checkPackage(folder) {
  const target = await mkdtemp(join(tmpdir(), 'lockstep-pack-'));
  try {
    // Setup has built everything already. The prepack script would empty dist under the feet of what runs beside.
    const packed = await runCommand('pnpm', ['pack', '--ignore-scripts', '--pack-destination', target], {
      cwd: join(root, folder),
      env: toolEnvironment(),
    });
    const tarball = (await readdir(target)).find((name) => name.endsWith('.tgz'));
    if (packed.code !== 0 || tarball === undefined) return [`${folder}: pnpm pack failed\n${packed.output.trim()}`];
    const file = join(target, tarball);
    const outcomes = [
      await runTool('publint', ['run', file, '--strict']),
      // An app has no types to be wrong: it is a command.
      ...(folder.startsWith('apps/')
        ? []
        : [await runTool('attw', [file, '--profile', 'esm-only', '--no-color', '--no-emoji'])]),
    ];
    return outcomes.flatMap(({ problems }) => problems).map((problem) => `${folder}:\n${problem}`);
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

/** Checks every published package on the tarball that users would get. */
export async function checkPackedPackages() {
  const waiting = listPublished(listMembers());
  /** @type {string[]} */
  const problems = [];
  const work = async () => {
    for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
      problems.push(...(await checkPackage(folder)));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { problems };
}
