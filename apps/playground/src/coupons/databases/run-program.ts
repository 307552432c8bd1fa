import { spawn } from 'node:child_process';
import { once } from 'node:events';

import type { Account } from './account.ts';

const timeoutMs = 20_000;
const maxOutput = 4_000_000;

/** How a program is run. */
export interface ProgramOptions {
  readonly account?: Account;
  readonly cwd?: string;
  /** What it reads. */
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a program to its end and gives what it wrote.
 *
 * @throws Error with the end of what it said, when it fails or takes longer than 20 s.
 */
export async function runProgram(
  [file = '', ...args]: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const { account = {}, cwd, input = '', signal } = options;
  const child = spawn(file, args, {
    ...account,
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, LC_ALL: 'C' },
    stdio: 'pipe',
    // A Ctrl-C in the terminal is for this process; the signal ends the program.
    detached: true,
    signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]),
    killSignal: 'SIGKILL',
  });
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (text: Buffer) => {
    if (output.length < maxOutput) output += String(text);
  });
  child.stderr.on('data', (text: Buffer) => (complaints = (complaints + String(text)).slice(-1000)));
  // Its end says what was wrong.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${file} failed: ${complaints.trim()}`);
  return output;
}
