import type { InvalidationLog } from '@lockstep/invalidation';
import {
  type Backend,
  createRedisBanStore,
  type Guards,
  memcacheChanges,
  memcacheGuards,
  KeyTemplates,
  memcacheHttp,
  memcacheNodes,
  memcacheOpenapi,
  memcacheStream,
  memcacheTemplates,
  type NodeNames,
  type TemplateReader,
} from '@lockstep/memcache-proxy';
import type { AdminServer, ProxyRegion } from '@lockstep/service-kit';
import type { RedisClient } from '@lockstep/core';

import { toFaceOptions } from './face-options.ts';
import { toGuardRules } from './guard-rules.ts';
import type { CountRequest } from './request-meter.ts';
import { type ServedTemplate, toKeyTemplates } from './refresh/to-key-templates.ts';

/** What the HTTP face of a proxy stands on. */
export interface HttpFaceSources {
  readonly http: AdminServer['http'];
  readonly regionName: string;
  readonly proxy: ProxyRegion;
  readonly backend: Backend;
  readonly redis: RedisClient;
  readonly invalidations: InvalidationLog;
  readonly nodeNames: NodeNames;
  /** Reads templates that serve a source. */
  readonly readSource: TemplateReader;
  /** Counts what the fast lane answers, which no hook sees. */
  readonly countRequest: CountRequest;
}

/** What of the HTTP face can be changed while it serves. */
export interface HttpFace {
  readonly guards: Guards;
  readonly templates: KeyTemplates;
}

/** Routes that orchestrators and scrapers use. */
const publicRoutes = ['/livez', '/readyz', '/metrics'];

/** Registers everything that a proxy serves over HTTP; the guards first, so that they hold for all of it. */
export async function mountHttpFace(sources: HttpFaceSources): Promise<HttpFace> {
  const { http, regionName, proxy, backend, redis, invalidations, nodeNames, readSource, countRequest } = sources;
  const { lists, tokens, limits } = toGuardRules(proxy);
  const { rate, shed, batch } = proxy.limits ?? {};
  await http.register(memcacheGuards, {
    addresses: {
      trustProxy: proxy.trustedProxies ?? [],
      ...(proxy.forwardedHeader === undefined ? {} : { header: proxy.forwardedHeader }),
    },
    lists,
    ...tokens,
    banStore: createRedisBanStore({ client: redis, key: `${regionName}:bans` }),
    limits: {
      ...limits,
      // On every answer they cost more than the guards themselves.
      headers: rate?.headers ?? 'refused',
      ...(rate?.shared === true ? { redis, keyPrefix: `${regionName}:rate:` } : {}),
    },
    ...(shed === undefined ? {} : { shed }),
    publicRoutes,
  });
  const face = { backend, ...toFaceOptions(proxy) };
  const longKeys = face.longKeys === undefined ? {} : { longKeys: face.longKeys };
  const templates = new KeyTemplates(toKeyTemplates(proxy));
  // The only hook at the end of answers is for connections of a server that drains, where hits are not direct.
  // The other hooks are for answers that are errors, and for the meter, which hears of the fast lane itself.
  const fastLane = proxy.fastLane === false ? false : { onAnswer: countRequest };
  await http.register(memcacheHttp, {
    ...face,
    directHits: true,
    fastLane,
    ...(batch === undefined ? {} : { batch }),
  });
  await http.register(memcacheNodes, { backend, nameOf: nodeNames, ...longKeys });
  await http.register(memcacheChanges, { log: invalidations });
  if (proxy.queues !== undefined) await http.register(memcacheStream, { queues: proxy.queues });
  await http.register(memcacheTemplates, {
    ...face,
    templates,
    readerOf: (template) => ((template as ServedTemplate).refresh === undefined ? undefined : readSource),
  });
  await http.register(memcacheOpenapi, { templates: () => templates.templates });
  return { guards: http.guards, templates };
}
