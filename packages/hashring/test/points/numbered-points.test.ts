import { crc32 as zlibCrc32 } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { crc32 } from '../../src/hashes/crc32.ts';
import { numberedPoints } from '../../src/points/numbered-points.ts';

describe('numbered points', () => {
  it.each(['-', ':', ''])('are the hashes of the label, "%s" and a number', (separator) => {
    const out = new Uint32Array(15);
    numberedPoints(crc32, separator).write('cache-ä:1', 96, 111, out);
    expect([...out]).toEqual(Array.from(out, (_, i) => zlibCrc32(`cache-ä:1${separator}${96 + i}`)));
  });
});
