import type { Operation } from '../operation/operation.ts';

/** What a body comes to: its operations, or what is wrong with it. */
export interface ParsedOperations {
  /** In their order. */
  readonly operations: readonly Operation[];
  /** What is wrong, each with the place; nothing is taken then. Keys and values are not among it. */
  readonly problems: readonly string[];
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** The bytes of a base64 text, undefined when it is none. Padding may be left out. */
export function readBase64(text: string): Buffer | undefined {
  return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}
