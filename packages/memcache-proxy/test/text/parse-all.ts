import type { Command } from '../../src/text/command.ts';
import { CommandParser, type ParserOptions } from '../../src/text/command-parser.ts';

/** Small bounds, and everything allowed. */
export const parserOptions: ParserOptions = {
  maxValueBytes: 64,
  maxLineBytes: 300,
  maxReadLineBytes: 2000,
  version: '9.9.9',
  flushAll: 'allow',
  metaKeys: 'binary',
};

/** Every command that the parser makes of the chunks. */
export function parseAll(chunks: readonly Buffer[], options: Partial<ParserOptions> = {}): Command[] {
  const parser = new CommandParser({ ...parserOptions, ...options });
  const commands: Command[] = [];
  for (const chunk of chunks) {
    parser.push(chunk);
    for (let command = pull(parser); command !== undefined; command = pull(parser)) commands.push(command);
  }
  return commands;
}

/** What the connection pulls: the short way for a plain `get` or `set`, the long one for the rest. */
function pull(parser: CommandParser): Command | undefined {
  const name = parser.takeGet();
  if (name !== undefined) {
    return { kind: 'read', keys: [Buffer.from(name, 'latin1')], withCas: false, ttlSeconds: undefined, isLast: true };
  }
  const stored = parser.takeSet();
  if (stored === undefined) return parser.next();
  const { chunk, valueStart, length, flags, ttlSeconds, noreply } = parser.found;
  const value = Buffer.from(chunk.subarray(valueStart, valueStart + length));
  const key = Buffer.from(stored, 'latin1');
  return { kind: 'store', verb: 'set', key, value, flags, ttlSeconds, cas: 0n, noreply };
}

/** The commands as lines that read well in a failed assertion. */
export function describeCommands(commands: readonly Command[]): string[] {
  return commands.map((command) => {
    const shown = Object.entries(command).map(([name, value]) => {
      if (Buffer.isBuffer(value)) return `${name}=${value.toString('latin1')}`;
      if (Array.isArray(value)) return `${name}=${value.map((key: Buffer) => key.toString('latin1')).join('+')}`;
      return `${name}=${String(value)}`;
    });
    return shown.join(' ');
  });
}

/** Cuts `bytes` at the given places. */
export function splitAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...new Set(places)].sort((left, right) => left - right);
  return [0, ...cuts].map((start, index) => bytes.subarray(start, cuts[index] ?? bytes.length));
}
