import { CHAR_CODE_AT } from '@lockstep/core';

const charCodeAt = CHAR_CODE_AT;
const ZERO = 0x30;
/** Copying fewer bytes than these one by one is cheaper than a call, and the object that names them. */
const MAX_COPIED_BY_HAND = 64;

/** Copies what `source` has from `start` to `end` to `target`; returns where it ends there. */
export function copyBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  const size = end - start;
  if (size > MAX_COPIED_BY_HAND) target.set(source.subarray(start, end), at);
  else for (let index = 0; index < size; index += 1) target[at + index] = source[start + index] as number;
  return at + size;
}

/** Writes a text of one character per byte; returns where it ends. */
export function writeText(target: Buffer, at: number, text: string): number {
  const { length } = text;
  for (let index = 0; index < length; index += 1) target[at + index] = charCodeAt.call(text, index);
  return at + length;
}

/** Writes a number of at most 32 bits in decimal; returns where it ends. */
export function writeNumber(target: Buffer, at: number, number: number): number {
  let end = at + 1;
  for (let bound = 10; bound <= number; bound *= 10) end += 1;
  let rest = number;
  for (let index = end - 1; index >= at; index -= 1) {
    const tenth = Math.floor(rest / 10);
    target[index] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return end;
}
