import type { Command } from '../../src/text/command.ts';
import { CommandParser, type ParserOptions } from '../../src/text/command-parser.ts';

const OPTIONS: ParserOptions = { maxValueBytes: 64, maxLineBytes: 300, maxReadLineBytes: 2000, version: '9.9.9' };

/** Every command that the parser makes of the chunks. */
export function parseAll(chunks: readonly Buffer[], options: Partial<ParserOptions> = {}): Command[] {
  const parser = new CommandParser({ ...OPTIONS, ...options });
  const commands: Command[] = [];
  for (const chunk of chunks) {
    parser.push(chunk);
    for (let command = parser.next(); command !== undefined; command = parser.next()) commands.push(command);
  }
  return commands;
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
