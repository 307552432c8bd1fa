import type { Report } from '../harness/report-bench.ts';
import { measureSaturation, type SaturationCost, type SaturationPlan } from './saturation.ts';
import { roundTripMs } from './surroundings.ts';

/** One line of the report. */
export interface SaturationRow extends SaturationCost {
  readonly bench: 'replication';
  readonly case: string;
}

const plain = { roundTripMs: 0, compression: 'identity' } as const;

const cases: Readonly<Record<string, Omit<SaturationPlan, 'operations'>>> = {
  'saturated apps, nothing compressed or deleted twice': { ...plain, secondDeleteMs: 0 },
  'saturated apps, nothing compressed': plain,
  'saturated apps': { roundTripMs: 0 },
  [`saturated apps at ${roundTripMs} ms`]: { roundTripMs },
};

const quickOperations = 100_000;
const defaultOperations = 1_000_000;

/** What shipper and receiver carry at most, each a process of its own on two cores that the servers share. */
export const saturationReport: Report = {
  cases: Object.keys(cases),
  async run({ quick, isWanted, onProgress }) {
    const operations = quick ? quickOperations : defaultOperations;
    const results: SaturationRow[] = [];
    for (const [name, plan] of Object.entries(cases)) {
      if (!isWanted(name)) continue;
      onProgress(name);
      results.push({ bench: 'replication', case: name, ...(await measureSaturation({ operations, ...plan })) });
    }
    return { table: results.length === 0 ? '' : renderTable(results), results };
  },
};

const columns = [
  'case',
  'ops/s',
  'writer, µs/op',
  'shipper',
  'receiver',
  'two Redis, three memcached',
  'without writer',
];

function renderTable(results: readonly SaturationRow[]): string {
  const rows = results.map(({ case: name, opsPerSecond, ...cost }) => {
    const { writerMicros, shipperMicros, receiverMicros, serverMicros } = cost;
    const carried = shipperMicros + receiverMicros + serverMicros;
    const micros = [writerMicros, shipperMicros, receiverMicros, serverMicros, carried];
    return [name, Math.round(opsPerSecond).toLocaleString('en'), ...micros.map((each) => each.toFixed(2))];
  });
  const rule = columns.map((_, index) => (index === 0 ? '---' : '---:'));
  return [columns, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
