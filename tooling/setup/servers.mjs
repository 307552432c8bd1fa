import { fileURLToPath } from 'node:url';

import { findExecutable, runCommand } from './command.mjs';
import { downloadFailure } from './download-failure.mjs';
import { say } from './say.mjs';
import { SetupError } from './setup-error.mjs';

/**
 * A server that must be on PATH, and the package that brings it.
 *
 * @typedef {{ command: string, apt: string, brew: string }} Server
 */

/** @type {readonly Server[]} */
export const servers = [
  { command: 'redis-server', apt: 'redis-server', brew: 'redis' },
  { command: 'memcached', apt: 'memcached', brew: 'memcached' },
];

/**
 * What this machine offers to install servers with.
 *
 * @typedef {{ platform: string, hasApt: boolean, isRoot: boolean, hasSudo: boolean, hasBrew: boolean }} Machine
 */

/**
 * What is to be done about missing servers: nothing, an install, or a line for the reader.
 *
 * @typedef {{ kind: 'nothing' }
 *   | { kind: 'apt', packages: string[], sudo: boolean }
 *   | { kind: 'brew', packages: string[] }
 *   | { kind: 'advice', message: string, advice: string }} ServerPlan
 */

/**
 * Decides, without doing anything.
 *
 * @param {readonly Server[]} missing
 * @param {Machine} machine
 * @returns {ServerPlan}
 */
export function planServers(missing, machine) {
  if (missing.length === 0) return { kind: 'nothing' };
  const apt = missing.map((server) => server.apt);
  const brew = missing.map((server) => server.brew);
  const commands = missing.map((server) => server.command).join(' and ');
  const verb = missing.length === 1 ? 'is' : 'are';
  const message = `${commands} ${verb} not on PATH.`;
  if (machine.platform === 'darwin') {
    if (machine.hasBrew) return { kind: 'brew', packages: brew };
    return { kind: 'advice', message, advice: `Install Homebrew and run: brew install ${brew.join(' ')}` };
  }
  if (machine.platform === 'linux' && machine.hasApt) {
    if (machine.isRoot || machine.hasSudo) return { kind: 'apt', packages: apt, sudo: !machine.isRoot };
    return { kind: 'advice', message, advice: `Run: sudo apt-get install --no-install-recommends ${apt.join(' ')}` };
  }
  if (machine.platform === 'win32') {
    return { kind: 'advice', message, advice: `Use WSL with Debian or Ubuntu, where setup installs ${commands}.` };
  }
  return { kind: 'advice', message, advice: `Install ${commands} with the package manager of this system.` };
}

/**
 * Looks at this machine. Asks sudo, without ever prompting for a password, only where it matters.
 *
 * @returns {Promise<Machine>}
 */
async function describeMachine() {
  const isRoot = process.getuid?.() === 0;
  const hasApt = findExecutable('apt-get') !== undefined;
  const mayAskSudo = !isRoot && hasApt && findExecutable('sudo') !== undefined;
  return {
    platform: process.platform,
    hasApt,
    isRoot,
    hasSudo: mayAskSudo && (await runCommand('sudo', ['-n', 'true'])).code === 0,
    hasBrew: findExecutable('brew') !== undefined,
  };
}

/**
 * Makes sure that redis-server and memcached are on PATH. Nothing is started and no service is enabled.
 */
export async function ensureServers() {
  const missing = servers.filter((server) => findExecutable(server.command) === undefined);
  if (missing.length === 0) return;
  const plan = planServers(missing, await describeMachine());
  if (plan.kind === 'advice') throw new SetupError(plan.message, plan.advice);
  if (plan.kind === 'apt') await installWithApt(plan.packages, plan.sudo);
  if (plan.kind === 'brew') {
    say(`installing ${plan.packages.join(' and ')} (brew install)`);
    const result = await runCommand('brew', ['install', ...plan.packages]);
    if (result.code !== 0) throw downloadFailure(`brew install ${plan.packages.join(' ')}`, result.output);
  }
  const still = missing.filter((server) => findExecutable(server.command) === undefined);
  if (still.length > 0) {
    const names = still.map((server) => server.command).join(' and ');
    throw new SetupError(
      `The install succeeded, yet ${names} cannot be found on PATH.`,
      `PATH is ${process.env['PATH']}`,
    );
  }
}

/**
 * Installs Debian packages without starting or enabling the services they bring.
 *
 * @param {readonly string[]} packages
 * @param {boolean} sudo
 */
async function installWithApt(packages, sudo) {
  say(`installing ${packages.join(' and ')} (apt-get, no service is started)`);
  const script = fileURLToPath(new URL('apt-install.sh', import.meta.url));
  const [command = 'sh', ...args] = sudo ? ['sudo', '-n', 'sh', script] : ['sh', script];
  const result = await runCommand(command, [...args, ...packages]);
  if (result.code !== 0) throw downloadFailure(`apt-get install ${packages.join(' ')}`, result.output);
}
