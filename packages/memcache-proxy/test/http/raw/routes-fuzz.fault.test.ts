import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { heapBytes } from '../../soak/heap.ts';
import { canaries, canary, framings, smuggled } from './framings.ts';
import { type FuzzRig, requestsOfOthers, startFuzzRig, TOKENS, type Upstream } from './fuzz-rig.ts';
import { delivery, mutations, names, send, whole } from './raw-bytes.ts';

const bounds = { interruptAfterTimeLimit: 4000, numRuns: 4000 };
const MAX_GROWTH_BYTES = 20 * 1024 * 1024;
/** May do everything, so that it is the routes that stand the test and not the guards. */
const asRoot = `authorization: Bearer ${TOKENS.root}\r\n`;
/** What a lane sends, and nothing else. */
const QUEUE_LINE = /^get ([\w+-]{1,200})(?:\/abort|(?:\/close)?(?:\/t=20\/open)?)$/;

/** Of reads and deletes on all nodes. */
const VERBS = new Set(['mg', 'md', 'get', 'gets', 'delete']);

let rig: FuzzRig;
beforeAll(async () => {
  rig = await startFuzzRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

/** The queues that were asked for; a line that no lane sends is one of them as it is. */
function queuesOf({ queueLines }: Upstream): string[] {
  return queueLines.map((line) => QUEUE_LINE.exec(line)?.[1] ?? line);
}

/** Nobody is connected any more, and the proxy answers. */
async function expectRest(): Promise<void> {
  await expect.poll(() => rig.connections()).toEqual([0, 0]);
  const headers = { authorization: `Bearer ${TOKENS.root}` };
  expect((await rig.app.inject({ url: '/v1/nodes/held', headers })).statusCode).toBe(200);
  expect((await rig.app.inject({ url: '/v1/admin/bans', headers })).json()).toEqual({ allow: [], ban: [] });
  // What it asked is not what the next test asks.
  await rig.seen();
}

it('answers no bytes with a 500, and asks no server for what they do not name', async () => {
  // Lanes of a stream that has ended may still be at work when the next bytes are sent.
  const recent: Buffer[] = [];
  const touched = new Set<string>();
  const note = (seen: Upstream): void => {
    for (const { key } of seen.commands) touched.add(`key ${key}`);
    for (const queue of queuesOf(seen)) touched.add(`queue ${queue}`);
    if (seen.bans.length > 0) touched.add('bans');
  };
  const valid = requestsOfOthers(asRoot);
  const before = await heapBytes();
  await fc.assert(
    fc.asyncProperty(mutations(valid), delivery, async (bytes, sending) => {
      recent.push(bytes);
      if (recent.length > 20) recent.shift();
      const sent = Buffer.concat(recent);
      const statuses = await send(rig.port, bytes, sending);
      expect(statuses.filter((status) => status === 500)).toEqual([]);
      const seen = await rig.seen();
      const keys = seen.commands.map(({ key }) => key);
      expect([...keys, ...queuesOf(seen)].filter((name) => !names(sent, name))).toEqual([]);
      expect(seen.commands.filter(({ verb }) => !VERBS.has(verb))).toEqual([]);
      note(seen);
    }),
    bounds,
  );
  // The same servers see what is asked for in earnest.
  const missing = async (): Promise<string[]> => {
    for (const bytes of valid) await send(rig.port, bytes, whole);
    note(await rig.seen());
    return ['key held', 'key dropped', 'queue jobs', 'queue mails', 'bans'].filter((each) => !touched.has(each));
  };
  await expect.poll(missing).toEqual([]);
  await expectRest();
  expect((await heapBytes()) - before).toBeLessThan(MAX_GROWTH_BYTES);
});

it('sends no server a command that stands in a key, a queue, a prefix, a range or a header line', async () => {
  const smuggling = [
    '%0d%0aflush_all',
    '%0D%0Aflush_all%0D%0A',
    '%20flush_all',
    '%2Fopen%2Fabort',
    '%00flush_all',
    '\nflush_all',
  ];
  const attempts = smuggling.flatMap((text) => [
    `GET /v1/nodes/x${text} HTTP/1.1\r\nhost: x\r\n${asRoot}\r\n`,
    `DELETE /v1/nodes/x${text} HTTP/1.1\r\nhost: x\r\n${asRoot}\r\n`,
    `GET /v1/stream/x${text} HTTP/1.1\r\nhost: x\r\n${asRoot}\r\n`,
    `GET /v1/changes?prefix=x${text} HTTP/1.1\r\nhost: x\r\n${asRoot}\r\n`,
    `GET /v1/changes HTTP/1.1\r\nhost: x\r\nlast-event-id: 1-0${decodeURIComponent(text)}\r\n${asRoot}\r\n`,
    `DELETE /v1/admin/bans/192.0.2.0${text} HTTP/1.1\r\nhost: x\r\n${asRoot}\r\n`,
  ]);
  for (const text of attempts) await send(rig.port, Buffer.from(text, 'latin1'), whole);
  const lines: string[] = [];
  // A stream that is asked for in earnest comes after all of them.
  const last = async (): Promise<string | undefined> => {
    await send(rig.port, Buffer.from(`GET /v1/stream/last HTTP/1.1\r\nhost: x\r\n${asRoot}\r\n`), whole);
    const { commands, queueLines } = await rig.seen();
    lines.push(...commands.filter(({ verb }) => !VERBS.has(verb)).map(({ verb }) => verb), ...queueLines);
    return lines.at(-1);
  };
  await expect.poll(last).toBe('get last/t=20/open');
  expect(lines.filter((line) => line !== lines.at(-1))).toEqual([]);
  await expectRest();
});

const target = fc.constantFrom(
  'GET /v1/nodes/own',
  'DELETE /v1/nodes/own',
  'GET /v1/stream/own',
  'GET /v1/changes?prefix=own',
  'GET /v1/admin/bans',
  'PUT /v1/admin/bans',
  'PUT /v1/admin/bans/192.0.2.1',
  'DELETE /v1/admin/bans',
);

it('acts on nothing that stands in a body, nor behind a request whose length is in doubt', async () => {
  await fc.assert(
    fc.asyncProperty(
      target,
      fc.constantFrom(...Object.keys(framings)),
      smuggled(asRoot),
      delivery,
      async (line, framing, text, sending) => {
        const head = `${line} HTTP/1.1\r\nhost: x\r\n${asRoot}`;
        const statuses = await send(rig.port, Buffer.from(head + framings[framing]!(text)), sending);
        const seen = await rig.seen();
        const asked = [...seen.commands.map(({ key }) => key), ...queuesOf(seen)];
        expect(statuses.filter((status) => status === 500)).toEqual([]);
        expect(asked.filter((name) => name !== 'own')).toEqual([]);
        expect(seen.bans.filter((lists) => lists.includes('192.0.2.66'))).toEqual([]);
      },
    ),
    bounds,
  );
  // The same servers see what is asked for in earnest.
  const found = new Set<string>();
  const ask = async (): Promise<Set<string>> => {
    for (const text of canaries(asRoot)) await send(rig.port, Buffer.from(text), whole);
    const seen = await rig.seen();
    for (const { verb, key } of seen.commands) found.add(`${verb} ${key}`);
    for (const queue of queuesOf(seen)) found.add(`queue ${queue}`);
    if (seen.bans.some((lists) => lists.includes('192.0.2.66'))) found.add('ban');
    return found;
  };
  const all = [`mg ${canary}`, `md ${canary}`, `queue ${canary}`, 'ban'];
  await expect.poll(() => ask().then((them) => all.every((each) => them.has(each)))).toBe(true);
  await expectRest();
});

it.each([
  'GET /v1/nodes/held',
  'DELETE /v1/nodes/dropped',
  'GET /v1/stream/jobs',
  'GET /v1/changes',
  'PUT /v1/admin/bans',
  'PUT /v1/admin/bans/192.0.2.1',
])('lets go of a client that announces much, sends little and waits: %s', async (line) => {
  const before = await heapBytes();
  const head = `${line} HTTP/1.1\r\nhost: x\r\n${asRoot}content-length: 1000000000\r\n\r\n{`;
  const all = Array.from({ length: 20 }, () => send(rig.port, Buffer.from(head), whole));
  // Not even the headers are whole.
  const part = Array.from({ length: 20 }, (_, cut) =>
    send(rig.port, Buffer.from(head.slice(0, 20 + cut)), { cuts: [5, 9], isPatient: true }),
  );
  const statuses = (await Promise.all([...all, ...part])).flat();
  expect(statuses.filter((status) => status === 500)).toEqual([]);
  expect((await heapBytes()) - before).toBeLessThan(MAX_GROWTH_BYTES);
  expect((await rig.seen()).bans).toEqual([]);
  await expectRest();
});
