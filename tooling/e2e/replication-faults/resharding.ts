import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

import type { Chance } from '../test/password-story/chance.ts';

/** What it needs. */
export interface ReshardingOptions {
  readonly regions: readonly string[];
  /** The arguments for `node` of the command that changes the journal of a region. */
  readonly command: (region: string, shards: number) => readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const numbers = [8, 16, 32];
/** What journals are begun with. */
const first = 16;
const patienceMs = 120_000;
/** How long one command waits before everything is looked after again. */
const commandSeconds = 5;
/** The code of a command that ended before the change did. */
const notYet = 3;

/** Changes of the number of shards while a world is in use: each region is to take the same steps, one at a time. */
export class Resharding implements AsyncDisposable {
  readonly #options: ReshardingOptions;
  readonly #children = new Set<ChildProcess>();
  #shards = first;
  #next: number | undefined;

  constructor(options: ReshardingOptions) {
    this.#options = options;
  }

  /** Whether a step is under way. */
  get isPending(): boolean {
    return this.#next !== undefined;
  }

  /**
   * Runs the command in these regions for a moment, to the next number or to the one that is under way. At times it is
   * killed then, and at times it goes on by itself.
   */
  async strike(regions: readonly string[], chance: Chance, ms: number): Promise<string> {
    this.#next ??= chance.pick(numbers.filter((number) => number !== this.#shards));
    const shards = this.#next;
    const children = regions.map((region) => this.#run(region, shards));
    await wait(ms);
    const isKilled = chance.pick([true, false]);
    if (isKilled) for (const child of children) child.kill('SIGKILL');
    return `${regions.join(' and ')} to ${shards} shards${isKilled ? ', killed' : ''}`;
  }

  /** Has every region finish the step that is under way. @throws Error with what the commands said when it does not end. */
  async finish(heal: () => Promise<void>): Promise<void> {
    const shards = this.#next;
    if (shards === undefined) return;
    const giveUpAt = performance.now() + patienceMs;
    for (;;) {
      await heal();
      const ended = await Promise.all(
        this.#options.regions.map(async (region) => {
          const child = this.#run(region, shards);
          let output = '';
          for (const stream of [child.stdout, child.stderr])
            stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
          const [code] = (await once(child, 'close')) as [number | null];
          return { code, output: `${region}: ${output}` };
        }),
      );
      if (ended.every(({ code }) => code === 0)) break;
      const outputs = ended.map(({ output }) => output).join('\n');
      // A Redis that has lost the record says 1 once, and nothing but that it is not done yet after it.
      if (performance.now() > giveUpAt) throw new Error(`the number of shards does not change:\n${outputs}`);
      if (ended.some(({ code }) => code !== 0 && code !== notYet)) await wait(500);
    }
    this.#shards = shards;
    this.#next = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [...this.#children].map(async (child) => {
        const closed = once(child, 'close');
        child.kill('SIGKILL');
        await closed;
      }),
    );
  }

  #run(region: string, shards: number): ChildProcess {
    const { command, environment } = this.#options;
    const args = [...command(region, shards), '--timeout', String(commandSeconds)];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    for (const stream of [child.stdout, child.stderr]) stream.resume();
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }
}
