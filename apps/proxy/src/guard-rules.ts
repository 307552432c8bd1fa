import type { GuardRuleSet } from '@lockstep/memcache-proxy';
import type { ProxyRegion, RateLimits } from '@lockstep/service-kit';

const defaultWindowSeconds = 60;

/** What a topology says of who may come in and how often, as the guards take it. Without tokens everybody may read and write. */
export function toGuardRules({ allow, bans, tokens, anonymous, limits }: ProxyRegion): GuardRuleSet {
  const { perAddress, perToken, perRoute, windowSeconds = defaultWindowSeconds } = limits?.rate ?? {};
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
      ...(perRoute === undefined ? {} : { perRoute: toRouteLimits(perRoute, windowMs) }),
    },
  };
}

function toRouteLimits(
  perRoute: NonNullable<RateLimits['perRoute']>,
  windowMs: number,
): NonNullable<GuardRuleSet['limits']['perRoute']> {
  const limits = Object.entries(perRoute).map(([route, { max, windowSeconds, by }]) => {
    const limit = { max, windowMs: windowSeconds === undefined ? windowMs : windowSeconds * 1000 };
    return [route, by === undefined ? limit : { ...limit, by }] as const;
  });
  return Object.fromEntries(limits);
}
