/** What clients of the proxy do, all of them at once. */
export interface Work {
  readonly verb: 'get' | 'set';
  readonly connections: number;
  /** How many commands a client sends at once, before it waits for all of their answers. */
  readonly depth: number;
}

const valueBytes = 100;
const value = 'v'.repeat(valueBytes);

/** Keys of the length that keys usually have; all of one length, so that all answers are. */
const keys: readonly string[] = Array.from({ length: 1000 }, (_, index) => `bench:user:${1_000_000 + index}`);

/** Different batches, so that not always the same keys are asked for. */
const variants = 64;

/** The commands that a client sends at once. */
export function batchesOf({ verb, depth }: Work): Buffer[] {
  return Array.from({ length: variants }, (_, variant) =>
    Buffer.from(
      Array.from({ length: depth }, (_unused, index) => {
        const key = keys[(variant * 61 + index) % keys.length]!;
        return verb === 'get' ? `get ${key}\r\n` : setCommand(key);
      }).join(''),
    ),
  );
}

/** The answer to one command of the work. */
export function answerTo({ verb }: Work): Buffer {
  return Buffer.from(verb === 'get' ? `VALUE ${keys[0]} 0 ${valueBytes}\r\n${value}\r\nEND\r\n` : 'STORED\r\n');
}

/** Stores every value that the works read; there are as many answers as keys. */
export const fillCommands: Buffer = Buffer.from(keys.map(setCommand).join(''));
export const fillAnswers: Buffer = Buffer.from('STORED\r\n'.repeat(keys.length));

function setCommand(key: string): string {
  return `set ${key} 0 0 ${valueBytes}\r\n${value}\r\n`;
}
