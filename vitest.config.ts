import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*', 'apps/*', 'tooling/{bench,e2e,setup,node-matrix}'],
    // Most tests wait for servers: on two cores, too, two files run at a time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ['default', './tooling/setup/count-reporter.mjs'],
  },
});
