import { defineProject } from 'vitest/config';
export default defineProject({
  test: {
    name: '@lockstep/refresher',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 15_000 } },
  },
});
