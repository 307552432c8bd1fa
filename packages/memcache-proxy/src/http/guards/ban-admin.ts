import { type Clock } from '@lockstep/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import { sendProblem } from '../problem.ts';
import { type AddressEntry, compileEntries } from './address-entry.ts';
import type { AddressLists, AddressRulesSnapshot, RulesOrigin } from './address-lists.ts';
import type { BanKeeper } from './ban-keeper.ts';
import { readBanBody, readUntil } from './ban-body.ts';

/** What the admin routes stand on. */
export interface BanAdminOptions {
  readonly prefix: string;
  readonly lists: AddressLists;
  readonly keeper: BanKeeper;
  readonly clock: Clock;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const ADMIN = { guard: { access: 'admin' } } as const;

/**
 * Adds the routes by which bans are read and changed. They have a scope of their own, so that the
 * host keeps its body parsers and its error handler.
 */
export async function addBanAdmin(host: FastifyInstance, options: BanAdminOptions): Promise<void> {
  await host.register(async (scope) => addRoutes(scope, options), { prefix: options.prefix });
}

function addRoutes(scope: FastifyInstance, options: BanAdminOptions): void {
  const { lists, keeper, clock } = options;
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) => {
    done(null, body);
  });
  scope.setErrorHandler<Error>((error, _request, reply) => sendProblem(reply, error));

  scope.get('/bans', { config: ADMIN }, (_request, reply) => sendLists(reply, options));

  scope.put('/bans', { config: ADMIN, bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
    const body = readBanBody(request.body, clock.now());
    await keeper.change((stored, version) => {
      assertMatch(request, version);
      return { allow: body.allow ?? stored.allow, ban: body.ban ?? stored.ban };
    });
    return sendLists(reply, options);
  });

  scope.delete('/bans', { config: ADMIN }, async (request, reply) => {
    await keeper.change((stored, version) => {
      assertMatch(request, version);
      return { ...stored, ban: [] };
    });
    return reply.code(204).send();
  });

  scope.put('/bans/:range', { config: ADMIN, bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
    const range = rangeOf(request);
    const until = readUntil(request.body, clock.now());
    await keeper.change((stored, version) => {
      assertMatch(request, version);
      const others = running(stored, clock.now()).filter((entry) => entry.range !== range);
      return { ...stored, ban: [...others, until === undefined ? { range } : { range, until }] };
    });
    return sendLists(reply, options);
  });

  scope.delete('/bans/:range', { config: ADMIN }, async (request, reply) => {
    const range = rangeOf(request);
    await keeper.change((stored, version) => {
      assertMatch(request, version);
      if (stored.ban.some((entry) => entry.range === range)) {
        return { ...stored, ban: stored.ban.filter((entry) => entry.range !== range) };
      }
      throw notThere(lists, range);
    });
    return reply.code(204).send();
  });
}

function sendLists(reply: FastifyReply, { lists, keeper }: BanAdminOptions): FastifyReply {
  const mark = (origin: RulesOrigin, entries: readonly AddressEntry[]): object[] =>
    entries.map((entry) => ({ ...entry, origin }));
  const configured = lists.entries('configured');
  const stored = lists.entries('stored');
  return reply
    .header('etag', `"${keeper.version ?? '0'}"`)
    .header('cache-control', 'no-store')
    .type('application/json')
    .send({
      allow: [...mark('configured', configured.allow), ...mark('stored', stored.allow)],
      ban: [...mark('configured', configured.ban), ...mark('stored', stored.ban)],
    });
}

function running({ ban }: AddressRulesSnapshot, nowMs: number): readonly AddressEntry[] {
  return ban.filter(({ until }) => until === undefined || Date.parse(until) > nowMs);
}

function rangeOf(request: FastifyRequest): string {
  const { range } = request.params as { readonly range: string };
  try {
    return compileEntries('the range', [range]).entries[0]?.range ?? range;
  } catch (error) {
    throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BAD_BANS', (error as Error).message, { cause: error });
  }
}

function assertMatch(request: FastifyRequest, version: string | undefined): void {
  const wanted = request.headers['if-match'];
  if (wanted === undefined || wanted === '*' || wanted === `"${version ?? '0'}"`) return;
  const message = 'the lists have changed since the version that If-Match names';
  throw new MemcacheProxyError('ERR_MEMCACHE_PROXY_BANS_CHANGED', message);
}

function notThere(lists: AddressLists, range: string): MemcacheProxyError {
  const isConfigured = lists.entries('configured').ban.some((entry) => entry.range === range);
  const message = isConfigured
    ? 'this ban is part of the configuration: take it out there'
    : 'there is no ban of exactly this range';
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_NOT_FOUND', message);
}
