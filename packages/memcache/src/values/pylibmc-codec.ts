import type { Codec } from './codec.ts';
import { createPythonCodec, type PythonCodecOptions, pythonFlags, type PythonValue } from './python-codec.ts';

/**
 * What pylibmc writes and reads: bytes as Buffer, str as string, int as number or bigint; also what
 * it has compressed with zlib. A bool, which it stores as int, comes back as 0 or 1. What it pickles
 * is refused.
 */
export function createPylibmcCodec(options: PythonCodecOptions = {}): Codec<PythonValue> {
  return createPythonCodec({ name: 'pylibmc', integer: pythonFlags.long }, options);
}

/** `createPylibmcCodec` with its defaults. */
export const pylibmcCodec: Codec<PythonValue> = createPylibmcCodec();
