import type { BenchCase, Contestant } from './bench-case.ts';
import { compare, type Comparison, type Pair } from './comparison.ts';

/** How long and how often is measured. */
export interface Effort {
  /** How long everybody works before anything counts: cold code is several times slower. */
  readonly warmUpMs: number;
  readonly rounds: number;
  readonly durationMs: number;
}

/** One line of the result: a case against one peer. The JSON output is a list of these. */
export interface CaseResult extends Comparison {
  readonly bench: string;
  readonly case: string;
  readonly subject: string;
  readonly peer: string;
  readonly unit: string;
}

/** Somebody to measure, wherever he runs. */
export interface OpenContestant extends AsyncDisposable {
  run(durationMs: number): Promise<number>;
}

/**
 * Measures one case: everybody is warmed up, then each round runs the subject and every peer, one at a time.
 * Every other round goes the other way round, so that nobody is always the one that comes second.
 */
export async function runCase(
  benchCase: BenchCase,
  effort: Effort,
  open: (contestant: Contestant) => Promise<OpenContestant>,
): Promise<CaseResult[]> {
  const contestants = [benchCase.subject, ...benchCase.peers];
  const runners: OpenContestant[] = [];
  let measured: number[][];
  try {
    for (const contestant of contestants) runners.push(await open(contestant));
    measured = await measure(runners, effort, benchCase.warmUpRuns ?? 1);
  } finally {
    for (const runner of runners) await runner[Symbol.asyncDispose]();
  }
  const [ofSubject = [], ...ofPeers] = measured;
  return benchCase.peers.map((peer, index) => {
    const pairs: Pair[] = ofSubject.map((subject, round) => ({ subject, peer: ofPeers[index]![round]! }));
    return {
      bench: benchCase.bench,
      case: benchCase.case,
      subject: benchCase.subject.name,
      peer: peer.name,
      unit: benchCase.unit,
      ...compare(pairs, benchCase.higherIsBetter),
    };
  });
}

/** What each runner measured, round by round. */
async function measure(
  runners: readonly OpenContestant[],
  { warmUpMs, rounds, durationMs }: Effort,
  warmUpRuns: number,
): Promise<number[][]> {
  for (const runner of runners) for (let run = 0; run < warmUpRuns; run += 1) await runner.run(warmUpMs);
  const measured: number[][] = runners.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    const order = [...runners.entries()];
    if (round % 2 === 1) order.reverse();
    for (const [index, runner] of order) measured[index]!.push(await runner.run(durationMs));
  }
  return measured;
}
