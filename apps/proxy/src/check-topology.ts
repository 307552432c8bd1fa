import { describeError } from '@lockstep/core';
import { findGuardProblems, KeyTemplates } from '@lockstep/memcache-proxy';
import { type Region, ServiceError, type Topology } from '@lockstep/service-kit';

import { toGuardRules } from './guard-rules.ts';
import { toKeyTemplates } from './refresh/to-key-templates.ts';

/** As many as the backend takes. */
const maxClasses = 1024;
const maxPrefixBytes = 16_384;

/**
 * Looks at what only the proxy can judge in a topology, so that a version that passed can be put in place.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_TOPOLOGY` with all of it.
 */
export function checkTopology({ file, classes }: Topology, { name, proxy }: Region): void {
  const problems: string[] = [];
  if (classes.length > maxClasses) {
    problems.push(`${file}: there are ${classes.length} classes; a proxy takes ${maxClasses}`);
  }
  const prefixBytes = classes.reduce((sum, { prefix }) => sum + Buffer.byteLength(prefix), 0);
  if (prefixBytes > maxPrefixBytes) {
    problems.push(`${file}: the prefixes of all classes have ${prefixBytes} bytes; a proxy takes ${maxPrefixBytes}`);
  }
  const guards = findGuardProblems(toGuardRules(proxy));
  // The guards call the list of the topology by the name of their option.
  problems.push(...guards.map((line) => `${file}: regions.${name}.proxy: ${line.replace(/^ban\[/, 'bans[')}`));
  // Their ranges are written as those of the lists are.
  const proxies = (proxy.trustedProxies ?? []).filter((range) => range !== 'unix');
  const trusted = findGuardProblems({ lists: { allow: proxies }, tokens: {}, limits: {} });
  problems.push(
    ...trusted.map((line) => `${file}: regions.${name}.proxy: ${line.replace(/^allow\[/, 'trustedProxies[')}`),
  );
  try {
    void new KeyTemplates(toKeyTemplates(proxy));
  } catch (error) {
    const lines = describeError(error).split('\n');
    problems.push(...lines.map((line) => `${file}: regions.${name}.proxy.templates: ${line}`));
  }
  if (problems.length > 0) throw new ServiceError('ERR_SERVICE_KIT_TOPOLOGY', problems);
}
