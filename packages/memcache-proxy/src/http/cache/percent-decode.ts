import { CHAR_CODE_AT } from '@lockstep/core';

const charCodeAt = CHAR_CODE_AT;

/**
 * The bytes that percent-encoded text stands for: `%FF` is the byte 255, whether or not the whole is
 * UTF-8. Undefined when a `%` is not followed by two hexadecimal digits. Characters of `text` that
 * stand for themselves are taken as latin-1, which is how node:http hands over the bytes of a URL.
 */
export function percentDecode(text: string, plusIsSpace = false): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    let byte = charCodeAt.call(text, index);
    if (byte === 0x25) {
      const high = hexDigit(charCodeAt.call(text, index + 1));
      const low = hexDigit(charCodeAt.call(text, index + 2));
      if (high < 0 || low < 0) return undefined;
      byte = high * 16 + low;
      index += 2;
    } else if (plusIsSpace && byte === 0x2b) {
      byte = 0x20;
    }
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
