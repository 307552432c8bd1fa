import { setTimeout as pause } from 'node:timers/promises';

import { median } from '../harness/comparison.ts';
import type { Report } from '../harness/report-bench.ts';
import { measurePartition } from './partition.ts';

/** The memory of one process around a partition, in megabytes of resident memory. */
export interface PartitionMemory {
  readonly bench: 'replication';
  readonly process: string;
  readonly partitionSeconds: number;
  readonly writesInPartition: number;
  readonly beforeMb: number;
  readonly earlyMb: number;
  readonly lateMb: number;
  readonly mostMb: number;
}

const caseName = 'memory through a partition';
const quickSeconds = 4;
const defaultSeconds = 20;

/** Writes go on while shipper and receiver cannot reach each other: LOCKSTEP_PARTITION_SECONDS (20) long. */
export const partitionReport: Report = {
  cases: [caseName],
  async run({ quick, isWanted, onProgress }) {
    if (!isWanted(caseName)) return { table: '', results: [] };
    onProgress(caseName);
    const asked = process.env['LOCKSTEP_PARTITION_SECONDS'];
    const seconds = asked === undefined ? (quick ? quickSeconds : defaultSeconds) : Number(asked);
    const { samples, writes } = await measurePartition({ seconds, pause });
    const results = samples.map(({ name, before, during }): PartitionMemory => {
      const third = Math.ceil(during.length / 3);
      return {
        bench: 'replication',
        process: name,
        partitionSeconds: seconds,
        writesInPartition: writes,
        beforeMb: median(before),
        earlyMb: median(during.slice(0, third)),
        lateMb: median(during.slice(-third)),
        mostMb: Math.max(...during),
      };
    });
    return { table: renderTable(results), results };
  },
};

const columns = ['process', 'partition, s', 'writes in it', 'MB before', 'first third', 'last third', 'most'];

function renderTable(results: readonly PartitionMemory[]): string {
  const rows = results.map(({ process: name, partitionSeconds, writesInPartition, ...mb }) => [
    name,
    String(partitionSeconds),
    String(writesInPartition),
    ...[mb.beforeMb, mb.earlyMb, mb.lateMb, mb.mostMb].map((megabytes) => megabytes.toFixed(1)),
  ]);
  const rule = columns.map((_, index) => (index === 0 ? '---' : '---:'));
  return [columns, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
