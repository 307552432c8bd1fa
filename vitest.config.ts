import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*', 'apps/*', 'tooling/{bench,e2e,setup,node-matrix}'],
    reporters: ['default', './tooling/setup/count-reporter.mjs'],
  },
});
