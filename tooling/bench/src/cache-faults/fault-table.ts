import type { FaultResult } from './fault-bench.ts';
import type { Extent, Scenario } from './scenario.ts';

/** A Markdown table: a row for each library, a column for each figure; what was not measured is empty. */
export function renderFaultTable(
  scenarios: readonly Scenario[],
  results: readonly FaultResult[],
  extent: Extent,
): string {
  const measured = scenarios.filter((scenario) => results.some((result) => result.scenario === scenario.name));
  const columns = measured.flatMap((scenario) =>
    scenario.columns.map((column) => ({ scenario: scenario.name, ...column, head: column.title(extent) })),
  );
  const names = [...new Set(results.map(({ library }) => library))];
  const rows = names.map((name) => [
    name,
    ...columns.map(({ scenario, figure }) => {
      const found = results.find((result) => result.library === name && result.scenario === scenario);
      return found === undefined ? '' : formatFigure(found.figures[figure]);
    }),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(['library', ...columns.map(({ head }) => head)]),
    line(['---', ...columns.map(() => '---:')]),
    ...rows.map(line),
  ].join('\n');
}

/** Counts as they are, anything else with two decimals. */
function formatFigure(value: number | undefined): string {
  if (value === undefined) return 'failed';
  return Number.isInteger(value) ? value.toLocaleString('en-US') : value.toFixed(2);
}
