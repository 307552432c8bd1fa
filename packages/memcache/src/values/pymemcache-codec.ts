import type { Codec } from './codec.ts';
import { createPythonCodec, type PythonCodecOptions, pythonFlags, type PythonValue } from './python-codec.ts';

/**
 * What pymemcache writes and reads with its `pickle_serde`, or with a `CompressedSerde` around it:
 * bytes as Buffer, str as string, int as number or bigint. What it pickles, bool among it, is refused.
 */
export function createPymemcacheCodec(options: PythonCodecOptions = {}): Codec<PythonValue> {
  return createPythonCodec({ name: 'pymemcache', integer: pythonFlags.integer }, options);
}

/** `createPymemcacheCodec` with its defaults. */
export const pymemcacheCodec: Codec<PythonValue> = createPymemcacheCodec();
