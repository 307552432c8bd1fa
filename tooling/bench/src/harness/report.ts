import type { CaseResult } from './run-case.ts';

const columns = ['bench', 'case', 'subject', 'peer', 'unit', 'Lockstep', 'peer value', 'ratio', 'low to high'];

/** A number with three significant digits at least, and groups of thousands. */
export function formatValue(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
}

/** A Markdown table of the results. A ratio above 1 means that Lockstep is better. */
export function renderTable(results: readonly CaseResult[]): string {
  const rows = results.map((result) => [
    result.bench,
    result.case,
    result.subject,
    result.peer,
    result.unit,
    formatValue(result.subjectValue),
    formatValue(result.peerValue),
    `${result.ratio.toFixed(2)} ×`,
    `${result.low.toFixed(2)} to ${result.high.toFixed(2)}`,
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = columns.map((_, index) => (index < 5 ? '---' : '---:'));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
}

/** The same for machines. */
export function renderJson(results: readonly object[]): string {
  return `${JSON.stringify(results, null, 2)}\n`;
}

/** Every bench with its cases and who is compared. */
export function renderList(
  cases: readonly {
    readonly bench: string;
    readonly case: string;
    readonly unit: string;
    readonly peers: readonly { readonly name: string }[];
  }[],
): string {
  const benches = [...new Set(cases.map((one) => one.bench))];
  return benches
    .flatMap((bench) => [
      bench,
      ...cases
        .filter((one) => one.bench === bench)
        .map((one) => `  ${one.case} (${one.unit}) against ${one.peers.map((peer) => peer.name).join(', ')}`),
    ])
    .join('\n');
}
