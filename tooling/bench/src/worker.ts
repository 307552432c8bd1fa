/** The process of one contestant or more: `worker.js BENCH CASE NAMES PARAMS`, driven by messages of the parent. */
import { describeError } from '@lockstep/core';

import type { Params, Runner } from './harness/bench-case.ts';
import type { ProcessAnswer, ProcessRequest } from './harness/contestant-process.ts';
import { loadCases } from './registry.ts';

const [bench = '', caseName, names = '[]', params = '{}'] = process.argv.slice(2);
const benchCase = (await loadCases(bench)).find((one) => one.case === caseName);
const contestants = benchCase === undefined ? [] : [benchCase.subject, ...benchCase.peers];
const wanted = (JSON.parse(names) as string[]).map((name) => {
  const contestant = contestants.find((one) => one.name === name);
  if (contestant === undefined) throw new Error(`there is no ${name} in ${bench}, ${caseName}`);
  return contestant;
});

function answer(what: ProcessAnswer): void {
  process.send?.(what);
}

function fail(error: unknown): void {
  answer({ kind: 'failed', message: describeError(error) });
}

// A parent that is gone must not leave a busy child behind.
process.once('disconnect', () => process.exit(1));

try {
  const runners = new Map<string, Runner>();
  for (const contestant of wanted) runners.set(contestant.name, await contestant.open(JSON.parse(params) as Params));
  process.on('message', (request: ProcessRequest) => {
    if (request.kind === 'run') {
      runners
        .get(request.contestant)!
        .run(request.durationMs)
        .then((value) => answer({ kind: 'measured', value }), fail);
      return;
    }
    process.removeAllListeners('disconnect');
    Promise.all([...runners.values()].map((runner) => runner[Symbol.asyncDispose]())).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
  answer({ kind: 'ready' });
} catch (error) {
  fail(error);
}
