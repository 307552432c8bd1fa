import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { framings, smuggled } from './framings.ts';
import { type FuzzRig, requestsOfAll, startFuzzRig, TOKENS } from './fuzz-rig.ts';
import { delivery, mutations, send, whole } from './raw-bytes.ts';

const bounds = { interruptAfterTimeLimit: 1500, numRuns: 3000 };
const bearer = (token: string): string => `authorization: Bearer ${token}\r\n`;

let rig: FuzzRig;
beforeEach(async () => {
  rig = await startFuzzRig();
});
afterEach(() => rig[Symbol.asyncDispose]());

/** What is refused, what its header lines are, how the guard is told, and the status that says so. */
interface Refused {
  readonly headers: string;
  readonly status: number;
  readonly prepare?: (rig: FuzzRig) => unknown;
  /** Where. @default everywhere */
  readonly at?: string;
}

const refused: Readonly<Record<string, Refused>> = {
  'nobody without a token': { headers: '', status: 401 },
  'no wrong token': { headers: bearer('root-root-root-root-roo'), status: 401 },
  'no token whose time is over': { headers: bearer(TOKENS.expired), status: 401 },
  'nobody without the scope admin to the bans': { headers: bearer(TOKENS.writer), status: 403, at: '/v1/admin/' },
  'no banned address': {
    headers: bearer(TOKENS.root),
    status: 403,
    prepare: ({ app }) => app.guards.lists.replace({ ban: ['127.0.0.1'] }),
  },
  'no address that is not on the list': {
    headers: `x-forwarded-for: 198.51.100.1\r\nforwarded: for=198.51.100.1\r\n${bearer(TOKENS.root)}`,
    status: 403,
    prepare: ({ app }) => app.guards.lists.replace({ allow: ['198.51.100.1'] }),
  },
  'no address whose limit is used up': {
    headers: bearer(TOKENS.root),
    status: 429,
    async prepare({ app }) {
      app.guards.limits.replace({ perAddress: { max: 1, windowMs: 86_400_000 } });
      await app.inject('/v1/cache/k');
    },
  },
  'no token whose limit is used up': {
    headers: bearer(TOKENS.root),
    status: 429,
    async prepare({ app }) {
      app.guards.limits.replace({ perToken: { max: 1, windowMs: 86_400_000 } });
      await app.inject({ url: '/nowhere', headers: { authorization: `Bearer ${TOKENS.root}` } });
    },
  },
  'nobody while there is too much to do': {
    headers: bearer(TOKENS.root),
    status: 503,
    prepare: (overloaded) => (overloaded.isOverloaded = true),
  },
};

describe.each(Object.keys(refused))('a guard that lets in %s', (name) => {
  const { headers, status, prepare, at = '' } = refused[name]!;

  it('does so however the bytes are changed, cut and framed, and no server hears of them', async () => {
    await prepare?.(rig);
    await rig.seen();
    const lines = ['PUT /v1/cache/own', 'GET /v1/cache/own', 'PUT /v1/admin/bans', 'GET /v1/stream/own'];
    const line = fc.constantFrom(...lines.filter((start) => start.includes(at)));
    const valid = requestsOfAll(headers).filter((bytes) => bytes.includes(at));
    const framing = fc.constantFrom(...Object.keys(framings));
    const framed = fc
      .tuple(line, framing, smuggled(headers))
      .map(([start, how, text]) => Buffer.from(`${start} HTTP/1.1\r\nhost: x\r\n${headers}${framings[how]!(text)}`));
    const bytesOf = fc.oneof({ weight: 2, arbitrary: mutations(valid) }, { weight: 1, arbitrary: framed });
    await fc.assert(
      fc.asyncProperty(bytesOf, delivery, async (bytes, sending) => {
        const statuses = await send(rig.port, bytes, sending);
        expect(statuses.filter((given) => given < 400 || given === 500)).toEqual([]);
      }),
      bounds,
    );
    const ask = async (): Promise<Set<number>> => new Set(await send(rig.port, valid[0]!, whole));
    await expect.poll(ask).toEqual(new Set([status]));
    expect(await rig.seen()).toEqual({ commands: [], queueLines: [], bans: [] });
  });
});

it('lets a token for a prefix read no other key, whatever the bytes, and nothing else', async () => {
  const headers = bearer(TOKENS.limited);
  const told = new Set<number>();
  const valid = requestsOfAll(headers);
  await fc.assert(
    fc.asyncProperty(mutations(valid), delivery, async (bytes, sending) => {
      for (const status of await send(rig.port, bytes, sending)) told.add(status);
    }),
    { ...bounds, interruptAfterTimeLimit: 4000 },
  );
  const ask = async (): Promise<boolean> => {
    for (const bytes of valid) for (const status of await send(rig.port, bytes, whole)) told.add(status);
    return [200, 403].every((status) => told.has(status));
  };
  await expect.poll(ask).toBe(true);
  expect(told).not.toContain(500);
  const { commands, queueLines, bans } = await rig.seen();
  expect(commands.filter(({ verb, key }) => !['mg', 'get'].includes(verb) || !key.startsWith('mine:'))).toEqual([]);
  expect(new Set(commands.map(({ key }) => key))).toContain('mine:got');
  expect({ queueLines, bans }).toEqual({ queueLines: [], bans: [] });
});
