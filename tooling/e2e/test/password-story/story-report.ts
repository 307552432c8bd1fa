import type { PasswordStory } from './password-story.ts';

/** What was measured, as text for people. */
export function storyReport({ judge, regions, reads }: PasswordStory, happened: readonly string[]): string {
  const pairs = judge.changes.flatMap((change) =>
    regions
      .filter(({ name }) => name !== change.region)
      .map(({ name }) => ({ lagMs: judge.lagMs(change, name), acceptedForMs: judge.acceptedForMs(change, name) })),
  );
  const lags = pairs.map(({ lagMs }) => lagMs);
  const accepted = pairs.map(({ acceptedForMs }) => acceptedForMs);
  // Beyond the arrival in the log of the other region.
  const beyond = pairs.map(({ lagMs, acceptedForMs }) => Math.max(0, acceptedForMs - Math.max(0, lagMs)));
  const line = (name: string, values: readonly number[]): string => {
    const sorted = [...values].sort((one, other) => one - other);
    const at = (share: number): string =>
      (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1);
    return `${name} p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, most ${at(1)} ms\n`;
  };
  return [
    `${judge.changes.length} changes, ${reads} reads after them, ${happened.length} faults\n`,
    line('confirmation to the log of the other region:', lags),
    line('old token accepted there after confirmation:', accepted),
    line('old token accepted there after arrival:     ', beyond),
  ].join('');
}
