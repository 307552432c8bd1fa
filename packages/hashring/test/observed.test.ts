import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { checkScenario } from '../src/vectors/check-scenario.ts';
import { parseVectorFile } from '../src/vectors/vector-file.ts';

// Placements beyond those of test/vectors: fractional weights, names and tags that are not ASCII, IPv6, keys that a
// client rewrites, many dead servers, few attempts.
const folder = new URL('observed/', import.meta.url);
const files = readdirSync(folder).map((name) => ({
  name,
  ...parseVectorFile(readFileSync(new URL(name, folder), 'utf8')),
}));

describe.each(files)('$name: more placements observed on $client', ({ scenarios }) => {
  it.each(scenarios)('$algorithm $id', (scenario) => {
    const { skipped, mismatches, cases } = checkScenario(scenario);
    expect(skipped).toBeUndefined();
    expect(cases).toBeGreaterThan(0);
    expect(mismatches.slice(0, 5)).toEqual([]);
  });
});
