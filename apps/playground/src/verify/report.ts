import type { VerifyReport } from './verify.ts';

const count = new Intl.NumberFormat('en-US');
const shownDifferences = 20;

/** True when every promise of the run held. */
export function isInStep({ differences, keys, count: done }: VerifyReport): boolean {
  const { sets, deletes, gets, failed, wrongReads } = done;
  // A run in which most calls failed, or that did next to nothing, proves nothing.
  const isProof = keys > 0 && sets > 0 && deletes > 0 && gets > 0 && failed < (sets + deletes + gets) / 2;
  return isProof && differences.length === 0 && wrongReads === 0;
}

/** The numbers of a run, one line each, and the first keys that differ. */
export function renderReport(report: VerifyReport): string {
  const { count: done, kills, differences } = report;
  const rows: [string, string][] = [
    [
      'operations',
      `${count.format(done.sets + done.deletes + done.gets)} (${count.format(done.sets)} sets, ${count.format(done.deletes)} deletes, ${count.format(done.gets)} gets)`,
    ],
    ['answered with an error', `${count.format(done.failed)} (while a memcached was down; either outcome is allowed)`],
    [
      'kills',
      `${kills.shipper + kills.receiver + kills.memcached} (${kills.shipper} shipper, ${kills.receiver} receiver, ${kills.memcached} memcached)`,
    ],
    ['longest lag', `${count.format(Math.round(report.longestLagMs))} ms`],
    ['keys compared', count.format(report.keys)],
    ['emptied by a kill', `${count.format(report.emptied)} (misses, so coherent)`],
    ['wrong reads', count.format(done.wrongReads)],
    ['keys that differ', count.format(differences.length)],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(24)}${value}`);
  for (const { key, region, problem } of differences.slice(0, shownDifferences)) {
    lines.push(`  ${problem} in ${region}: ${key.length > 80 ? `${key.slice(0, 80)}…` : key}`);
  }
  return `${lines.join('\n')}\n${isInStep(report) ? 'IN STEP' : 'NOT IN STEP'}\n`;
}
