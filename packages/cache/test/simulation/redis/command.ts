import type { Keyspace } from './keyspace.ts';
import type { Reply } from './reply.ts';

/** What a command may touch. */
export interface CommandContext {
  readonly keyspace: Keyspace;
  readonly runId: string;
  /** The server's wall clock in milliseconds. */
  readonly now: () => number;
  /** How many entries a node of a stream holds: approximate trimming removes whole nodes. */
  readonly nodeEntries: number;
  readonly publish: (channel: string, message: string) => number;
}

/** One command: its arguments in, its reply out, or a ReplyError. */
export type Command = (context: CommandContext, args: readonly string[]) => Reply;
