/** Compares Lockstep with what one would use otherwise: `pnpm bench [NAME…] [--case TEXT]… [--quick] [--json FILE] [--list]`. */
import { writeFile } from 'node:fs/promises';

import { parseCommandLine, UsageError, wantedBenches } from './harness/command-line.ts';
import { contestantOpener } from './harness/contestant-process.ts';
import { canPin, cores, pinProcesses } from './harness/pinning.ts';
import type { Report } from './harness/report-bench.ts';
import { renderJson, renderList, renderTable } from './harness/report.ts';
import { type CaseResult, type Effort, runCase } from './harness/run-case.ts';
import { benches, loadCases, reports } from './registry.ts';

const thorough: Effort = { warmUpMs: 2000, rounds: 7, durationMs: 1000 };
const quick: Effort = { warmUpMs: 200, rounds: 3, durationMs: 100 };
/** For those who share a process: what the machine does to one window it does to the next, if they are short. */
const thoroughTurns: Effort = { warmUpMs: 500, rounds: 21, durationMs: 60 };
const quickTurns: Effort = { warmUpMs: 100, rounds: 5, durationMs: 20 };

async function main(): Promise<void> {
  const known = [...new Set([...Object.keys(benches), ...Object.keys(reports)])];
  const request = parseCommandLine(process.argv.slice(2), known);
  const wanted = wantedBenches(request.names, known);
  const all = (await Promise.all(wanted.map(loadCases))).flat();
  const isWanted = (name: string): boolean =>
    request.cases.length === 0 || request.cases.some((text) => name.includes(text));
  const chosen = all.filter((one) => isWanted(one.case));
  const chosenReports: { name: string; report: Report; cases: readonly string[] }[] = [];
  for (const name of wanted) {
    const report = await reports[name]?.();
    const cases = report?.cases.filter(isWanted) ?? [];
    if (report !== undefined && cases.length > 0) chosenReports.push({ name, report, cases });
  }
  if (request.list) {
    if (chosen.length > 0) console.log(renderList(chosen));
    for (const { name, cases } of chosenReports) {
      console.log([name, ...cases.map((one) => `  ${one}`)].join('\n'));
    }
    return;
  }
  if (!canPin) console.error('bench: processes cannot be pinned here, the figures will vary more');
  const results: CaseResult[] = [];
  for (const one of chosen) {
    console.error(`bench: ${one.bench}, ${one.case}`);
    await using surroundings = await one.prepare();
    await pinProcesses(cores.servers, surroundings.pids);
    const open = contestantOpener(one, surroundings.params);
    const [short, long] = one.shareProcess === true ? [quickTurns, thoroughTurns] : [quick, thorough];
    results.push(...(await runCase(one, request.quick ? short : long, open)));
  }
  if (results.length > 0) console.log(renderTable(results));
  const counted: object[] = [];
  for (const { name, report } of chosenReports) {
    const onProgress = (one: string): void => console.error(`bench: ${name}, ${one}`);
    const found = await report.run({ quick: request.quick, isWanted, onProgress });
    console.log(found.table);
    counted.push(...found.results);
  }
  if (request.jsonFile !== undefined) await writeFile(request.jsonFile, renderJson([...results, ...counted]));
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`bench: ${error.message}`);
  process.exitCode = 2;
}
