import type { LockFaultResult } from './lock-fault-bench.ts';
import type { NemesisOutcome } from './run-nemesis.ts';
import { aimedStory, calmerStory, forgetfulStory, type Story, untargetedStory } from './story.ts';

interface Column {
  readonly head: string;
  /** Without it: all of them. */
  readonly story?: Story;
  readonly value: (outcomes: readonly NemesisOutcome[]) => string;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
const count =
  (figure: 'stale' | 'staleAccepted' | 'unheard') =>
  (outcomes: readonly NemesisOutcome[]): string =>
    sum(outcomes.map((outcome) => outcome[figure])).toLocaleString('en-US');
const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** How much is done under a story. */
function workColumns(story: Story): Column[] {
  return [
    {
      head: `somebody works, a fault at anybody each ${story.everyMs / 1000} s: mean (worst run)`,
      story,
      value: (outcomes) => {
        const shares = outcomes.map(({ working }) => working);
        return `${percent(sum(shares) / shares.length)} (${percent(Math.min(...shares))})`;
      },
    },
    {
      head: 'the same, of the time that holders who were hit did not keep',
      story,
      value: (outcomes) => percent(sum(outcomes.map(({ working, owed }) => working / (1 - owed))) / outcomes.length),
    },
  ];
}

const columns: readonly Column[] = [
  { head: 'stale effects, faults aimed at the holder', story: aimedStory, value: count('stale') },
  {
    head: 'for how long at worst',
    story: aimedStory,
    value: (outcomes) => `${(Math.max(...outcomes.map(({ staleForMs }) => staleForMs)) / 1000).toFixed(2)} s`,
  },
  ...workColumns(untargetedStory),
  ...workColumns(calmerStory),
  { head: 'stale effects, Redis forgets', story: forgetfulStory, value: count('stale') },
  {
    head: 'of them let through by a resource that checks tokens',
    story: forgetfulStory,
    value: count('staleAccepted'),
  },
  { head: 'rejections that nobody could catch', value: count('unheard') },
];

/** A Markdown table: a row for each library and a column for what was measured of any; what was not measured of one is empty. */
export function renderLockFaultTable(results: readonly LockFaultResult[], durationMs: number): string {
  const runs = new Set(results.map(({ seed }) => seed)).size;
  const libraries = [...new Set(results.map(({ library }) => library))];
  const measured = new Set(results.map(({ story }) => story));
  const shown = columns.filter(({ story }) => story === undefined || measured.has(story.name));
  const rows = libraries.map((library) => [
    library,
    ...shown.map(({ story, value }) => {
      const found = results.filter(
        (result) => result.library === library && (story === undefined || result.story === story.name),
      );
      if (found.length === 0) return '';
      const outcomes = found.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome]));
      if (outcomes.length === 0) return 'failed';
      const failed = found.length - outcomes.length;
      return `${value(outcomes)}${failed === 0 ? '' : `, ${failed} failed`}`;
    }),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line([`${runs} × ${durationMs / 1000} s`, ...shown.map(({ head }) => head)]),
    line(['---', ...shown.map(() => '---:')]),
    ...rows.map(line),
  ].join('\n');
}
