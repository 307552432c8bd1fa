import type { KnownKey } from '../definition/definition-table.ts';
import { RefreshError } from '../refresh-error.ts';
import { checkSwitch } from '../load/check-switch.ts';
import { callSource } from '../load/call-source.ts';
import { contentOf } from '../load/run-load.ts';
import type { ColdAnswer } from './cold-answer.ts';
import type { CheckedGatewayOptions } from './gateway-options.ts';
import type { GatewayCounters } from './gateway-stats.ts';

/**
 * Asks a source without the store and without its lock, and stores nothing.
 *
 * @throws what `callSource` and `checkSwitch` throw, ERR_REFRESH_CONTENT, and ERR_REFRESH_STORE or ERR_REFRESH_BUSY with the cause when
 *   too many are under way.
 */
export type LoadDirectly = (target: KnownKey, cause: unknown) => Promise<ColdAnswer>;

/** Makes it, with a bound on how many are under way. */
export function createDirectLoads(
  { clock, maxDirectLoads, switches }: CheckedGatewayOptions,
  counters: GatewayCounters,
  closing: AbortSignal,
): LoadDirectly {
  let underWay = 0;
  return async (target, cause) => {
    if (underWay >= maxDirectLoads) {
      counters.loadsRefused++;
      const { name: source } = target.definition;
      throw new RefreshError('ERR_REFRESH_STORE', `${source} is not stored, and ${underWay} calls are under way`, {
        source,
        cause,
      });
    }
    underWay++;
    let at = 0;
    try {
      // It may have been switched off while an answer was waited for.
      await checkSwitch(target.definition, switches);
      counters.directLoads++;
      at = clock.monotonic();
      const call = { target, by: 'gateway', clock, token: 0, validator: undefined, signals: [closing] } as const;
      const { content, ttlMs } = contentOf(target, await callSource(call));
      return { kind: 'loaded', content, ttlMs, at, isSuperseded: false };
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_REFRESH_DISABLED') counters.loadsFailed++;
      throw error;
    } finally {
      underWay--;
    }
  };
}
