import { delimiter, join } from 'node:path';

import { root } from './workspace.mjs';

/** Where setup puts a pnpm of its own, when there is none on PATH. */
export const toolsFolder = join(root, '.tools');

/**
 * The environment of every command that the tooling starts: our own pnpm first on PATH where there is one, no
 * telemetry, no questions.
 *
 * @param {NodeJS.ProcessEnv} [from]
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment(from = process.env) {
  const path = [join(toolsFolder, 'node_modules', '.bin')];
  if (from['PATH'] !== undefined && from['PATH'] !== '') path.push(from['PATH']);
  return {
    ...from,
    PATH: path.join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    npm_config_update_notifier: 'false',
  };
}

/**
 * The path of a tool that is installed with the dependencies of the root.
 *
 * @param {string} name
 * @returns {string}
 */
export function rootTool(name) {
  return join(root, 'node_modules', '.bin', name);
}
