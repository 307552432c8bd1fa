import { runCommand } from './command.mjs';
import { rootTool, toolEnvironment } from './environment.mjs';
import { say } from './say.mjs';
import { SetupError } from './setup-error.mjs';

/** A build that takes longer than this is announced while it runs. */
const silentForMs = 1000;

/**
 * How many packages a turbo run really built.
 *
 * @param {string} output what turbo printed
 * @returns {number}
 */
export function countBuilt(output) {
  const match = /Cached:\s+(\d+) cached, (\d+) total/u.exec(output);
  return match === null ? 0 : Number(match[2]) - Number(match[1]);
}

/**
 * What the failed builds printed, without the frame that turbo puts around it.
 *
 * @param {string} output what turbo printed
 * @returns {string}
 */
export function buildErrors(output) {
  const errors = output.split('\n').filter((line) => /^\S+:build: (?!cache |\$ )/u.test(line));
  return errors.length > 0 ? errors.join('\n') : output;
}

/**
 * Builds what changed. Says nothing when everything is up to date.
 *
 * @param {string} root
 */
export async function buildPackages(root) {
  let announced = false;
  const announce = setTimeout(() => {
    announced = true;
    say('building the packages that changed (turbo run build)');
  }, silentForMs);
  const result = await runCommand(rootTool('turbo'), ['run', 'build', '--output-logs=errors-only'], {
    cwd: root,
    env: { ...toolEnvironment(), NO_COLOR: '1' },
  });
  clearTimeout(announce);
  if (result.code !== 0)
    throw new SetupError('The build failed.', 'The lines above say why.', buildErrors(result.output));
  const built = countBuilt(result.output);
  if (built > 0 && !announced) say(`built ${built} ${built === 1 ? 'package' : 'packages'}`);
}
