import type { IncomingMessage } from 'node:http';

import { checkedKeys } from '../cache/key-access.ts';
import type { LaneGuard } from '../fast-lane/lane-guard.ts';
import { coversKey } from './bearer-token.ts';
import type { GuardHookOptions } from './guard-hook.ts';
import type { GuardedClient } from './guarded-client.ts';

type LaneGuardOptions = Pick<GuardHookOptions, 'addresses' | 'lists' | 'table' | 'shedder' | 'limits' | 'publicRoutes'>;

/**
 * What the guard hook would say to a read of one key in the fast lane, where it is let in. Nothing is counted for a
 * request that is not: it goes the long way, and the hook decides.
 */
export function createLaneGuard(options: LaneGuardOptions): LaneGuard {
  const { addresses, lists, table, shedder, limits, publicRoutes } = options;
  return {
    visitorOf(socket, route) {
      // Without the fields in which proxies name clients: a request that has one does not come here.
      const address = addresses.read({ socket, headers: {} } as IncomingMessage);
      const { guard } = checkedKeys;
      const client: GuardedClient = { address, route, guard, bearer: undefined, rule: undefined };
      return {
        mayCome: (nowMs) => lists.admits(address, nowMs),
        mayRead(key, authorization, nowMs) {
          if (publicRoutes.has(route)) return true;
          if (shedder?.isOverloaded() === true) return false;
          const result = table.authenticate(authorization, nowMs);
          if ('problem' in result) return false;
          const { bearer } = result;
          if (!bearer.scopes.has('read') || !coversKey(bearer, key)) return false;
          client.bearer = bearer;
          return limits?.applyTo(client, nowMs) !== true || limits.countQuietly('GET', client);
        },
      };
    },
  };
}
