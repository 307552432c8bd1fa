import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Their files take minutes: what begins last must not be what takes longest. */
const slowProjects = ['tooling/e2e', 'tooling/bench'];

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ project }: TestSpecification): boolean => slowProjects.includes(project.name);
    const sorted = await super.sort(files);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

export default defineConfig({
  test: {
    projects: ['packages/*', 'apps/*', 'tooling/{bench,e2e,setup,node-matrix}'],
    // Most tests wait for servers: on two cores, too, two files run at a time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: SlowFirst },
    reporters: ['default', './tooling/setup/count-reporter.mjs'],
  },
});
