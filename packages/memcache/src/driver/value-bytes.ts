import { inspect } from 'node:util';

const excerptLength = 40;

/**
 * The bytes of a value that is to be stored: those of the Buffer itself, or of the string in UTF-8.
 *
 * @throws TypeError naming what was given when it is neither. Anything else has another length than the
 * bytes that would be sent, so that what follows it would be read as commands.
 */
export function valueBytes(value: Buffer | string): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (Buffer.isBuffer(value)) return value;
  throw new TypeError(`a value must be a Buffer or a string, got ${describe(value)}`);
}

function describe(value: unknown): string {
  if (ArrayBuffer.isView(value) || typeof value === 'function') return value.constructor.name;
  const text = inspect(value, { depth: 0, breakLength: Infinity });
  return text.length > excerptLength ? `${text.slice(0, excerptLength)}…` : text;
}
