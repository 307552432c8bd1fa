import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import { root } from '../workspace.mjs';

const skipped = new Set(['node_modules', 'dist', 'coverage', 'vectors', '.turbo', '.tools', '.git', '.vite-temp']);
const sourceName = /\.(?:[cm]?[jt]sx?|sh|php|py|lua)$/u;

/**
 * Every source file of the repository, tests included, relative to the root and with forward slashes.
 *
 * @param {string} [from]
 * @returns {string[]}
 */
export function listSources(from = root) {
  /** @type {string[]} */
  const files = [];
  const visit = (/** @type {string} */ folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !skipped.has(entry.name)) visit(join(folder, entry.name));
      if (entry.isFile() && sourceName.test(entry.name)) {
        files.push(relative(from, join(folder, entry.name)).split(sep).join('/'));
      }
    }
  };
  visit(from);
  return files.toSorted();
}
