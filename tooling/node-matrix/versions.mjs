import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The majors of the matrix, each an optional dependency `node<major>` of this folder. */
const majors = [22, 24, 26];

/**
 * One Node of the matrix. `binary` is undefined where the platform has none.
 *
 * @typedef {{ major: number, binary: string | undefined }} MatrixNode
 */

/**
 * The Nodes to run the unit tests under.
 *
 * @param {string} [folder] where the optional dependencies are installed
 * @returns {MatrixNode[]}
 */
export function listNodes(folder = fileURLToPath(new URL('node_modules', import.meta.url))) {
  return majors.map((major) => {
    const binary = join(folder, `node${major}`, 'bin', 'node');
    return { major, binary: existsSync(binary) ? binary : undefined };
  });
}
