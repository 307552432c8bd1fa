import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * What became of a command. `code` is undefined when it could not be started, `output` is stdout and
 * stderr in the order they arrived.
 *
 * @typedef {{ code: number | undefined, output: string }} CommandResult
 */

/** Longer than any command here takes on a slow machine with a slow network. */
const patienceMs = 15 * 60_000;

/**
 * Runs a command to its end, or ends it when it takes too long, and keeps what it prints.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options] by default it may take a quarter
 * of an hour
 * @returns {Promise<CommandResult>}
 */
export function runCommand(command, args, options = {}) {
  const { timeoutMs = patienceMs, ...spawnOptions } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...spawnOptions, stdio: ['ignore', 'pipe', 'pipe'] });
    // Not the `timeout` of spawn: its timer outlives a command that could not be started.
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (/** @type {string} */ text) => {
        output += text;
      });
    }
    const settle = (/** @type {CommandResult} */ result) => {
      clearTimeout(timer);
      resolve(result);
    };
    child.once('error', (error) => settle({ code: undefined, output: error.message }));
    child.once('close', (code, signal) => {
      if (signal !== null) output += `\n${command} was ended by ${signal}`;
      settle({ code: code ?? 1, output });
    });
  });
}

/**
 * The path of an executable, looked up as a shell would.
 *
 * @param {string} name
 * @param {string} [path] a PATH value; that of this process when it is not given
 * @returns {string | undefined}
 */
export function findExecutable(name, path = process.env['PATH']) {
  for (const folder of (path ?? '').split(delimiter)) {
    if (folder === '') continue;
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not in this folder: look in the next one.
    }
  }
  return undefined;
}

/**
 * The last lines of a text, for a message that must stay readable.
 *
 * @param {string} text
 * @param {number} [count]
 * @returns {string}
 */
export function lastLines(text, count = 20) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
