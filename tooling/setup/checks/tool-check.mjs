import { runCommand } from '../command.mjs';
import { rootTool, toolEnvironment } from '../environment.mjs';
import { root } from '../workspace.mjs';

/**
 * What a check found: `problems` is empty when it passed.
 *
 * @typedef {{ problems: string[] }} CheckOutcome
 */

/**
 * One check of the whole repository.
 *
 * @typedef {{ name: string, run: () => CheckOutcome | Promise<CheckOutcome> }} Check
 */

/**
 * A check that passes when a tool of the root ends with code 0.
 *
 * @param {string} name
 * @param {string} tool
 * @param {readonly string[]} args
 * @returns {Check}
 */
export function toolCheck(name, tool, args) {
  return { name, run: () => runTool(tool, args) };
}

/**
 * Runs a tool of the root; its output is the problem when it fails.
 *
 * @param {string} tool
 * @param {readonly string[]} args
 * @returns {Promise<CheckOutcome>}
 */
export async function runTool(tool, args) {
  const env = { ...toolEnvironment(), NO_COLOR: '1' };
  const result = await runCommand(rootTool(tool), args, { cwd: root, env });
  if (result.code === 0) return { problems: [] };
  const output = result.output.trim();
  return { problems: [output === '' ? `${tool} ended with code ${result.code} and said nothing` : output] };
}
