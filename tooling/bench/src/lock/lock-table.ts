import { formatValue } from '../harness/report.ts';
import type { LockResult } from './lock-report.ts';

type Cells = (result: LockResult) => readonly string[];

const heads = {
  contended: [
    'acquisitions/s',
    'most to fewest turns',
    'commands per acquisition',
    'hand-off p50 / p99',
    'longest wait',
  ],
  'hand-off': ['graceful: p50 / worst', 'after the period of a killed holder: p50 / worst', 'idle waiter, commands/s'],
} as const;

const cells: Cells = (result) =>
  result.case === 'contended'
    ? [
        formatValue(result.acquisitionsPerSecond),
        Number.isFinite(result.unfairness) ? result.unfairness.toFixed(2) : 'some had none',
        result.commandsPerAcquisition.toFixed(1),
        `${result.handOffMedianMs.toFixed(1)} / ${result.handOff99Ms.toFixed(1)} ms`,
        `${Math.round(result.longestWaitMs)} ms`,
      ]
    : [
        `${result.gracefulMedianMs.toFixed(1)} / ${result.gracefulWorstMs.toFixed(1)} ms`,
        `${result.crashMedianMs.toFixed(1)} / ${result.crashWorstMs.toFixed(1)} ms`,
        result.idleCommandsPerSecond.toFixed(1),
      ];

/** A Markdown table for each case that was measured: a row for each library. */
export function renderLockTable(results: readonly LockResult[]): string {
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  return (['contended', 'hand-off'] as const)
    .map((name) => ({ name, found: results.filter((result) => result.case === name) }))
    .filter(({ found }) => found.length > 0)
    .map(({ name, found }) =>
      [
        line([name, ...heads[name]]),
        line(['---', ...heads[name].map(() => '---:')]),
        ...found.map((result) => line([result.library, ...cells(result)])),
      ].join('\n'),
    )
    .join('\n\n');
}
