import type { GuardRuleSet } from '@lockstep/memcache-proxy';
import type { ProxyRegion } from '@lockstep/service-kit';

const defaultWindowSeconds = 60;

/** What a topology says of who may come in and how often, as the guards take it. Without tokens everybody may read and write. */
export function toGuardRules({ allow, bans, tokens, anonymous, limits }: ProxyRegion): GuardRuleSet {
  const { perAddress, perToken, windowSeconds = defaultWindowSeconds } = limits?.rate ?? {};
  const windowMs = windowSeconds * 1000;
  return {
    lists: { allow: allow ?? [], ban: bans ?? [] },
    tokens: {
      ...(tokens === undefined ? {} : { tokens }),
      ...(anonymous === undefined ? {} : { anonymous }),
    },
    limits: {
      ...(perAddress === undefined ? {} : { perAddress: { max: perAddress, windowMs } }),
      ...(perToken === undefined ? {} : { perToken: { max: perToken, windowMs } }),
    },
  };
}
