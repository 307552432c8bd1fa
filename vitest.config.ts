import { availableParallelism } from 'node:os';

import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Their files start many processes, and some take minutes. */
const heavyProjects = ['tooling/e2e', 'tooling/bench'];

/** Heavy files apart from one another, the longest at the beginning, and none among the last. */
class Spread extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isHeavy = ({ project }: TestSpecification): boolean => heavyProjects.includes(project.name);
    const sorted = await super.sort(files);
    const light = sorted.filter((file) => !isHeavy(file));
    const heavy = sorted.filter(isHeavy).toSorted((one, other) => rank(one) - rank(other));
    const apart = Math.floor((0.8 * light.length) / Math.max(1, heavy.length));
    const spread = heavy.flatMap((file, index) => [file, ...light.slice(index * apart, (index + 1) * apart)]);
    return [...spread, ...light.slice(heavy.length * apart)];
  }
}

function rank({ moduleId }: TestSpecification): number {
  return moduleId.includes('replication-faults') ? 0 : 1;
}

export default defineConfig({
  test: {
    projects: ['packages/*', 'apps/*', 'tooling/{bench,e2e,setup,node-matrix}'],
    // Most tests wait for servers: on two cores, too, two files run at a time. A third one makes all of them slower.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: Spread },
    reporters: ['default', './tooling/setup/count-reporter.mjs'],
  },
});
