import { defineProject } from 'vitest/config';
export default defineProject({
  test: {
    name: 'tooling/node-matrix',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
