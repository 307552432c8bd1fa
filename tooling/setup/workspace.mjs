import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root folder of the repository. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * The fields of a package.json that the tooling reads.
 *
 * @typedef {{
 *   name: string, version?: string, private?: boolean, packageManager?: string,
 *   engines?: { node?: string }, scripts?: Record<string, string>,
 *   dependencies?: Record<string, string>, devDependencies?: Record<string, string>,
 *   optionalDependencies?: Record<string, string>, peerDependencies?: Record<string, string>,
 * }} Manifest
 */

/**
 * One member of the workspace; `folder` is relative to the root and `.` for the root itself.
 *
 * @typedef {{ folder: string, manifest: Manifest }} Member
 */

const groups = ['packages', 'apps', 'tooling'];

/**
 * The folders of the workspace that hold a package.json, the root first, in a fixed order.
 *
 * @param {string} [from]
 * @returns {string[]}
 */
export function listFolders(from = root) {
  const folders = ['.'];
  for (const group of groups) {
    if (!existsSync(join(from, group))) continue;
    for (const name of readdirSync(join(from, group)).toSorted()) {
      if (existsSync(join(from, group, name, 'package.json'))) folders.push(`${group}/${name}`);
    }
  }
  return folders;
}

/**
 * @param {string} folder
 * @param {string} [from]
 * @returns {Manifest}
 */
export function readManifest(folder, from = root) {
  return JSON.parse(readFileSync(join(from, folder, 'package.json'), 'utf8'));
}

/**
 * Every member of the workspace with its manifest.
 *
 * @param {string} [from]
 * @returns {Member[]}
 */
export function listMembers(from = root) {
  return listFolders(from).map((folder) => ({ folder, manifest: readManifest(folder, from) }));
}
