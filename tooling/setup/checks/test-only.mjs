import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { listMembers, root } from '../workspace.mjs';
import { listSources } from './source-files.mjs';

/** The package that only tests may use; the playground and the tooling are never deployed and may start servers. */
const testOnly = '@lockstep/testing';
const exempt = (/** @type {string} */ folder) => folder.startsWith('tooling/') || folder === 'apps/playground';

/**
 * Where a manifest asks for the test package other than for development.
 *
 * @param {readonly import('../workspace.mjs').Member[]} members
 * @returns {string[]}
 */
export function findShippedTesting(members) {
  const problems = [];
  for (const { folder, manifest } of members) {
    if (folder.startsWith('tooling/')) continue;
    for (const field of /** @type {const} */ (['dependencies', 'optionalDependencies', 'peerDependencies'])) {
      if (manifest[field]?.[testOnly] === undefined) continue;
      problems.push(`${folder}/package.json: ${testOnly} belongs in devDependencies, not in ${field}`);
    }
  }
  return problems;
}

/**
 * Where shipped source imports the test package.
 *
 * @param {readonly string[]} files paths relative to the root
 * @param {(file: string) => string} read
 * @returns {string[]}
 */
export function findTestingImports(files, read) {
  const importing = new RegExp(`(?:from|import)\\s*\\(?\\s*['"]${testOnly}['"/]`, 'u');
  return files
    .filter((file) => {
      const [group, name, part] = file.split('/');
      return (group === 'packages' || group === 'apps') && part === 'src' && !exempt(`${group}/${name}`);
    })
    .filter((file) => importing.test(read(file)))
    .map((file) => `${file}: shipped source imports ${testOnly}`);
}

/** Proves that no shipped code needs the test package. */
export function checkTestOnly() {
  const read = (/** @type {string} */ file) => readFileSync(join(root, file), 'utf8');
  return { problems: [...findShippedTesting(listMembers()), ...findTestingImports(listSources(), read)] };
}
