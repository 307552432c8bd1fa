import type { Report } from '../harness/report-bench.ts';
import { partitionReport } from './partition-report.ts';
import { saturationReport } from './saturation-report.ts';

const reports = [saturationReport, partitionReport];

/** What is counted of shipper and receiver as apps: how much they carry, and their memory through a partition. */
export const replicationReport: Report = {
  cases: reports.flatMap(({ cases }) => cases),
  async run(request) {
    const found = [];
    for (const report of reports) found.push(await report.run(request));
    const tables = found.map(({ table }) => table).filter((table) => table !== '');
    return { table: tables.join('\n\n'), results: found.flatMap(({ results }) => results) };
  },
};
