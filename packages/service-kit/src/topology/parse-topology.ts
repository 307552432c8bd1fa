import { ServiceError } from '../service-error.ts';
import { findAddressProblems } from './address-rules.ts';
import { findClassProblems } from './class-rules.ts';
import { findConsumerProblems } from './consumer-rules.ts';
import { findLinkProblems } from './link-rules.ts';
import { findNameProblems } from './name-rules.ts';
import { findProxyProblems } from './proxy-rules.ts';
import { findRefreshProblems } from './refresh-rules.ts';
import { findRingProblems } from './ring-rules.ts';
import { findShapeProblems } from './shape-problems.ts';
import { toTopology } from './topology-file.ts';
import type { Topology } from './topology.ts';
import { type Path, type Problem, readYaml } from './yaml-source.ts';

/**
 * Reads the text of a topology file.
 *
 * @param fileName how messages call the file.
 * @throws ServiceError `ERR_SERVICE_KIT_TOPOLOGY` with every problem of the file, each a line
 * `file:line:column: what is wrong; what would be right`, sorted by position.
 */
export function parseTopology(text: string, fileName: string): Topology {
  const source = readYaml(text);
  const problems = [...source.problems];
  if (source.value !== undefined) {
    const locate = (path: Path) => source.locate(path, 'value');
    const findings = [
      ...findShapeProblems(source.value),
      ...findAddressProblems(source.value, locate),
      ...findLinkProblems(source.value, locate),
      ...findNameProblems(source.value, locate),
      ...findRingProblems(source.value),
      ...findClassProblems(source.value),
      ...findProxyProblems(source.value, locate),
      ...findConsumerProblems(source.value),
      ...findRefreshProblems(source.value),
    ];
    problems.push(...findings.map(({ path, part, message }) => ({ ...source.locate(path, part), message })));
  }
  if (problems.length > 0) throw new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', format(problems, fileName));
  return toTopology(source.value, fileName);
}

function format(problems: readonly Problem[], fileName: string): string[] {
  return problems
    .toSorted((left, right) => left.line - right.line || left.column - right.column)
    .map(({ line, column, message }) => `${fileName}:${line}:${column}: ${message}`);
}
