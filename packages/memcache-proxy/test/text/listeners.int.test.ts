import { statSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { spawn } from 'node:child_process';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import {
  createBackend,
  createMemcacheServer,
  FAILURE_CHANNEL,
  type MemcacheServer,
  type ProxyFailure,
  type ServerAddress,
} from '../../src/index.ts';
import { MemoryPool } from '../backend/memory-pool.ts';
import { testCertificate, testKey } from './certificate.ts';
import { ScriptClient } from './script-client.ts';

const SCRIPT = 'set k 0 0 1\r\nx\r\nget k\r\n';
const REPLY = 'STORED\r\nVALUE k 0 1\r\nx\r\nEND\r\n';
let directory: string;
let server: MemcacheServer;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lockstep-proxy-'));
  server = createMemcacheServer({ backend: createBackend({ pool: new MemoryPool() }), drainTimeoutMs: 1000 });
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

function portOf(address: ServerAddress): number {
  return 'port' in address ? address.port : 0;
}

async function openTls(port: number, options: object = {}): Promise<ScriptClient> {
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: testCertificate, ...options });
  await once(socket, 'secureConnect');
  return new ScriptClient(socket);
}

it('listens in several places at once, and closes them all', async () => {
  const first = await server.listen({ port: 0 });
  const second = await server.listen({ port: 0, host: '127.0.0.1' });
  const path = join(directory, 'proxy.sock');
  await server.listen({ path });
  expect(server.addresses).toEqual([first, second, { path }]);
  expect(server.address).toEqual(first);
  for (const where of [{ port: portOf(first) }, { port: portOf(second) }, { path }]) {
    await using client = await ScriptClient.open(where);
    await client.send(SCRIPT);
    await expect(client.receive(REPLY)).resolves.toBeUndefined();
  }
  await server.close();
  expect(server.addresses).toEqual([]);
  await expect(ScriptClient.open({ port: portOf(first) })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(ScriptClient.open({ path })).rejects.toMatchObject({ code: 'ENOENT' });
});

it.each([
  ['without TLS', undefined],
  ['with TLS', { cert: testCertificate, key: testKey }],
])('publishes that the system could not let somebody in, and goes on to listen, %s', async (_, tls) => {
  const { listen } = Server.prototype as { listen: (...parts: unknown[]) => unknown };
  const listening: Server[] = [];
  const spy = vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server, ...parts: unknown[]) {
    listening.push(this);
    return Reflect.apply(listen, this, parts) as Server;
  });
  const heard: ProxyFailure[] = [];
  const onFailure = (message: unknown): void => void heard.push(message as ProxyFailure);
  subscribe(FAILURE_CHANNEL, onFailure);
  try {
    const address = await server.listen({ port: 0, ...(tls === undefined ? {} : { tls }) });
    const error = Object.assign(new Error('accept ENFILE'), { code: 'ENFILE' });
    // As node:net does with what accept(2) fails with.
    listening[0]!.emit('error', error);
    expect(heard).toEqual([{ operation: 'accept', error }]);
    const port = portOf(address);
    await using client = tls === undefined ? await ScriptClient.open({ port }) : await openTls(port);
    await client.send(SCRIPT);
    await client.receive(REPLY);
  } finally {
    spy.mockRestore();
    unsubscribe(FAILURE_CHANNEL, onFailure);
  }
});

it('gives a unix socket the permissions it is told', async () => {
  const path = join(directory, 'proxy.sock');
  await server.listen({ path, mode: 0o620 });
  expect((await stat(path)).mode & 0o777).toBe(0o620);
});

it('never has a unix socket with more permissions than it is told', async () => {
  const path = join(directory, 'proxy.sock');
  const listening = server.listen({ path, mode: 0o600 });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await listening;
  expect(process.umask()).not.toBe(0o177);
});

it('leaves alone a file that is no socket, and names it', async () => {
  const path = join(directory, 'precious.db');
  await writeFile(path, 'precious');
  await expect(server.listen({ path })).rejects.toThrow(`listen.path must be free or a unix socket, got ${path}`);
  expect(await readFile(path, 'utf8')).toBe('precious');
});

it('takes over a unix socket that nobody listens on any more', async () => {
  const path = join(directory, 'proxy.sock');
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script]), 'exit');
  await expect(stat(path)).resolves.toBeDefined();
  await server.listen({ path });
  await using client = await ScriptClient.open({ path });
  await client.send(SCRIPT);
  await expect(client.receive(REPLY)).resolves.toBeUndefined();
});

it('leaves alone a unix socket that somebody listens on', async () => {
  const path = join(directory, 'proxy.sock');
  const other = createServer().listen(path);
  await once(other, 'listening');
  await expect(server.listen({ path })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(other.listening).toBe(true);
  other.close();
});

it('speaks TLS where it is told to', async () => {
  const address = await server.listen({ port: 0, tls: { cert: testCertificate, key: testKey } });
  await using client = await openTls(portOf(address));
  await client.send(SCRIPT);
  await expect(client.receive(REPLY)).resolves.toBeUndefined();
  const large = 'v'.repeat(200_000);
  await client.send(`set large 0 0 200000\r\n${large}\r\n`, 'get large\r\n'.repeat(10));
  const replies = `VALUE large 0 200000\r\n${large}\r\nEND\r\n`.repeat(10);
  await expect(client.receive(`${REPLY}STORED\r\n${replies}`)).resolves.toBeUndefined();
});

it('wants a certificate of its clients where it has an authority for it', async () => {
  const tls = { cert: testCertificate, key: testKey, ca: testCertificate };
  const address = await server.listen({ port: 0, tls });
  await using known = await openTls(portOf(address), { cert: testCertificate, key: testKey });
  await known.send(SCRIPT);
  await expect(known.receive(REPLY)).resolves.toBeUndefined();
  await using stranger = await openTls(portOf(address));
  await stranger.send(SCRIPT);
  expect((await stranger.readToEnd()).toString()).toBe('');
});

it('refuses a certificate that is none', async () => {
  await expect(server.listen({ port: 0, tls: { cert: 'x', key: 'y' } })).rejects.toThrow(/PEM|no start line/);
});

it('cuts a handshake that never ends when it closes', async () => {
  const address = await server.listen({ port: 0, tls: { cert: testCertificate, key: testKey } });
  await using mute = await ScriptClient.open({ port: portOf(address) });
  await vi.waitFor(() => expect(mute.isClosed).toBe(false));
  await server.close();
  expect((await mute.readToEnd()).length).toBe(0);
});
