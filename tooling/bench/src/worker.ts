/** The process of one contestant: `worker.js BENCH CASE NAME PARAMS`, driven by messages of the parent. */
import { describeError } from '@lockstep/core';

import type { Params } from './harness/bench-case.ts';
import type { ProcessAnswer, ProcessRequest } from './harness/contestant-process.ts';
import { benchCases } from './registry.ts';

const [bench, caseName, contestantName, params = '{}'] = process.argv.slice(2);
const benchCase = benchCases.find((one) => one.bench === bench && one.case === caseName);
const contestants = benchCase === undefined ? [] : [benchCase.subject, ...benchCase.peers];
const contestant = contestants.find((one) => one.name === contestantName);
if (contestant === undefined) throw new Error(`there is no ${contestantName} in ${bench}, ${caseName}`);

function answer(what: ProcessAnswer): void {
  process.send?.(what);
}

function fail(error: unknown): void {
  answer({ kind: 'failed', message: describeError(error) });
}

// A parent that is gone must not leave a busy child behind.
process.once('disconnect', () => process.exit(1));

try {
  const runner = await contestant.open(JSON.parse(params) as Params);
  process.on('message', (request: ProcessRequest) => {
    if (request.kind === 'run') {
      runner.run(request.durationMs).then((value) => answer({ kind: 'measured', value }), fail);
      return;
    }
    process.removeAllListeners('disconnect');
    runner[Symbol.asyncDispose]().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
  answer({ kind: 'ready' });
} catch (error) {
  fail(error);
}
