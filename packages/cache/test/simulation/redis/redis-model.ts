import { createHash } from 'node:crypto';

import type { Command, CommandContext } from './command.ts';
import { hashCommands } from './hash-commands.ts';
import { keyCommands } from './key-commands.ts';
import { Keyspace } from './keyspace.ts';
import { integer, type Reply, ReplyError } from './reply.ts';
import { runScript } from './run-script.ts';
import { streamCommands } from './stream-commands.ts';
import { stringCommands } from './string-commands.ts';

const commands: Readonly<Record<string, Command>> = {
  ...keyCommands,
  ...stringCommands,
  ...hashCommands,
  ...streamCommands,
};

/** What a model needs from its world. */
export interface RedisModelOptions {
  readonly runId: string;
  /** The server's wall clock in milliseconds. */
  readonly now: () => number;
  /** Hands a message to the subscribers of a channel; returns how many there were. */
  readonly publish: (channel: string, message: string) => number;
  /** How many entries a node of a stream holds. @default 100 */
  readonly nodeEntries?: number;
}

/** Commands and scripts of Redis over data in memory, each one atomic step. No connections: see the server. */
export class RedisModel {
  readonly keyspace: Keyspace;
  readonly #context: CommandContext;
  readonly #call = (args: readonly string[]): Reply => this.execute(args);
  readonly #scripts = new Map<string, string>();

  constructor({ runId, now, publish, nodeEntries = 100 }: RedisModelOptions) {
    this.keyspace = new Keyspace(now);
    this.#context = { keyspace: this.keyspace, runId, now, publish, nodeEntries };
  }

  /** Runs one command. Arguments hold one byte per character. */
  execute(args: readonly string[]): Reply {
    const [name = '', ...rest] = args;
    const verb = name.toUpperCase();
    if (verb === 'EVAL') {
      const lua = rest[0] ?? '';
      this.#scripts.set(createHash('sha1').update(lua, 'latin1').digest('hex'), lua);
      return this.#eval(lua, rest.slice(1));
    }
    if (verb === 'EVALSHA') {
      const lua = this.#scripts.get(rest[0] ?? '');
      if (lua === undefined) throw new ReplyError('NOSCRIPT No matching script. Please use EVAL.');
      return this.#eval(lua, rest.slice(1));
    }
    const command = commands[verb];
    if (command === undefined) throw new ReplyError(`ERR unknown command '${name}'`);
    return command(this.#context, rest);
  }

  #eval(lua: string, [count, ...rest]: readonly string[]): Reply {
    const keys = rest.slice(0, integer(count));
    return runScript(lua, keys, rest.slice(keys.length), this.#call);
  }
}
