import type { Backend, BackendPools, GuardRuleSet, Guards, KeyTemplate, KeyTemplates } from '@lockstep/memcache-proxy';
import { type ClassPolicy, policyOf, type ProxyRegion, type Topology } from '@lockstep/service-kit';

import { toGuardRules } from './guard-rules.ts';
import { toKeyTemplates } from './refresh/to-key-templates.ts';

/** What of a proxy is replaced when the topology is. */
export interface ReplaceableParts {
  readonly guards: Pick<Guards, 'lists' | 'tokens' | 'limits'>;
  readonly templates: Pick<KeyTemplates, 'replace'>;
  /** What the write hook asks. */
  readonly policy: { replace(policyOfKey: VersionRules['policy']): void };
  readonly backend: Pick<Backend, 'reload'>;
}

/** What one version of the topology says of them, but for the pools. */
export interface VersionRules {
  readonly guards: GuardRuleSet;
  readonly templates: readonly KeyTemplate[];
  readonly policy: (key: Buffer) => ClassPolicy;
}

/** Reads the rules of a version. */
export function toVersionRules(topology: Topology, { proxy }: { readonly proxy: ProxyRegion }): VersionRules {
  return { guards: toGuardRules(proxy), templates: toKeyTemplates(proxy), policy: policyOf(topology) };
}

/**
 * Goes over from one version to the next: all of it or nothing. The backend comes last, because from then on
 * calls are on the new pools. Resolves when no call is under way on the ones before.
 *
 * @param pools those of the next version.
 * @throws what a part refused the version with; then the rules before hold again, and the backend has its pools.
 */
export async function takeVersion(
  { guards, templates, policy, backend }: ReplaceableParts,
  before: VersionRules,
  next: VersionRules,
  pools: BackendPools,
): Promise<void> {
  const steps: readonly ((version: VersionRules) => void)[] = [
    (version) => guards.lists.replace(version.guards.lists),
    (version) => guards.tokens.replace(version.guards.tokens),
    (version) => guards.limits.replace(version.guards.limits),
    (version) => templates.replace(version.templates),
    (version) => policy.replace(version.policy),
  ];
  let taken = 0;
  try {
    for (const step of steps) {
      step(next);
      taken++;
    }
    await backend.reload(pools);
  } catch (error) {
    for (const step of steps.slice(0, taken)) step(before);
    throw error;
  }
}
