import type { SeedOutcome } from './run-seed.ts';

/** What all seeds came to, a line for each design. */
export function faultReport(outcomes: readonly SeedOutcome[]): string {
  const designs = [...new Set(outcomes.map(({ design }) => design))];
  const lines = designs.map((design) => {
    const own = outcomes.filter((outcome) => outcome.design === design);
    const sum = (read: (outcome: SeedOutcome) => number): number =>
      own.reduce((total, outcome) => total + read(outcome), 0);
    const settled = own.map(({ settledMs }) => settledMs);
    return [
      `${design}: ${own.length} seeds`,
      `${sum(({ happened }) => happened.length)} faults`,
      `${sum(({ messagesStruck }) => messagesStruck)} messages struck`,
      `${sum(({ writes }) => writes)} writes`,
      `${sum(({ wrong }) => wrong.length)} of ${sum(({ keys }) => keys)} keys wrong (${byKind(own)})`,
      `${sum(({ missed }) => missed)} gone as a fault explains`,
      `${sum(({ rowsHeld }) => rowsHeld)} rows held`,
      `${sum(({ rested }) => rested)} keys written after a rest`,
      `${sum(({ older }) => older)} older values seen, ${sum(({ older, mayGoBack }) => (mayGoBack ? 0 : older))} of them unexplained`,
      `${sum(({ disordered }) => disordered)} of ${sum(({ stores }) => stores)} stores of receivers older than one before, ${sum(({ disordered, mayGoBack }) => (mayGoBack ? 0 : disordered))} of them unexplained`,
      `every shard went on ${(Math.max(...settled) / 1000).toFixed(1)} s after the last fault or sooner`,
    ].join(', ');
  });
  return `${lines.join('\n')}\n`;
}

/** What could not be tried here, a line each; empty where everything was. */
export function skippedReport(outcomes: readonly SeedOutcome[]): string {
  return [...new Set(outcomes.flatMap(({ skipped }) => skipped))].map((one) => `left out: ${one}\n`).join('');
}

function byKind(outcomes: readonly SeedOutcome[]): string {
  const counts = new Map<string, number>();
  for (const { wrong } of outcomes.flatMap((outcome) => outcome.wrong)) counts.set(wrong, (counts.get(wrong) ?? 0) + 1);
  return counts.size === 0 ? 'none' : [...counts].map(([wrong, count]) => `${count} ${wrong}`).join(', ');
}
