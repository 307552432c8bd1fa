import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { checkScenario } from '../src/vectors/check-scenario.ts';
import { parseVectorFile } from '../src/vectors/vector-file.ts';

const folder = new URL('vectors/', import.meta.url);
const files = readdirSync(folder).map((name) => ({
  name,
  ...parseVectorFile(readFileSync(new URL(name, folder), 'utf8')),
}));

describe.each(files)('$name: placements observed on $client', ({ scenarios }) => {
  it.each(scenarios)('$algorithm $id', (scenario) => {
    const { skipped, mismatches } = checkScenario(scenario);
    expect(skipped).toBeUndefined();
    expect(mismatches.slice(0, 5)).toEqual([]);
  });
});
