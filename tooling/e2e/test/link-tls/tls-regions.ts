import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';

import { startMemcached, startRedis } from '@lockstep/testing';
import { vi } from 'vitest';

import { freePorts } from '../free-ports.ts';
import { type Role, startRole } from '../role.ts';
import * as pem from './certificates.ts';

const token = 'for-tests-only';

/** Who a shipper says that it is, and whom it trusts. */
export type Identity = 'known' | 'stranger' | 'trusts nobody' | 'none';

/** What the receiver answered. */
export interface TlsAnswer {
  readonly status: number | undefined;
  readonly text: string;
  /** Whether the connection took up a TLS session of an earlier one. */
  readonly isResumed: boolean;
}

/** The shipper of east, the receiver of west, and TLS between them. */
export interface TlsRegions extends AsyncDisposable {
  /** Starts the receiver of west; resolves when it is ready. */
  receive(): Promise<Role>;
  /** Starts a shipper of east. */
  ship(identity: Identity): Role;
  /** Writes in east. */
  append(key: string, value: string): Promise<void>;
  /** What the memcached of west holds. */
  read(key: string): Promise<string | undefined>;
  /** Why the link fails; undefined when it does not. */
  linkError(): Promise<string | undefined>;
  /** Asks the receiver over TLS, with a certificate or without one. */
  ask(path: string, options?: RequestOptions): Promise<TlsAnswer>;
}

/** Starts the servers; no app. */
export async function startTlsRegions(): Promise<TlsRegions> {
  const [eastRedis, westRedis, memcached] = await Promise.all([startRedis(), startRedis(), startMemcached()]);
  const [shipperPort = 0, receiverPort = 0, ...unused] = await freePorts(8);
  const directory = mkdtempSync(join(tmpdir(), 'lockstep-tls-'));
  for (const [name, text] of Object.entries(pem)) writeFileSync(join(directory, `${name}.pem`), text);
  const files = (who: string, ca: string): string =>
    `tls: { certFile: ${directory}/${who}Certificate.pem, keyFile: ${directory}/${who}Key.pem, caFile: ${directory}/${ca}.pem }`;
  const identities: Readonly<Record<Identity, string>> = {
    known: `, ${files('shipper', 'authority')}`,
    stranger: `, ${files('stranger', 'authority')}`,
    'trusts nobody': `, ${files('shipper', 'strangerCertificate')}`,
    none: '',
  };
  const region = (
    name: string,
    redis: string,
    ports: readonly (number | undefined)[],
    more: [string, string],
  ): string =>
    `  ${name}:
    redis: ${redis}
    pool: { nodes: [{ name: ${name}-1, address: "${memcached.address}" }] }
    proxy: { http: "127.0.0.1:${ports[0]}", memcached: "127.0.0.1:${ports[1]}" }
    shipper: { http: "127.0.0.1:${ports[2]}"${more[0]} }
    receiver: { http: "127.0.0.1:${ports[3]}"${more[1]} }
`;
  const topology = (identity: Identity): string => {
    const [a, b, c, d, e, f] = unused;
    const east = [`, ingest: { secret: JOURNAL }${identities[identity]}`, ''] as [string, string];
    const west = ['', `, ${files('receiver', 'authority')}`] as [string, string];
    return `version: 1
regions:
${region('east', eastRedis.url, [a, b, shipperPort, c], east)}${region('west', westRedis.url, [d, e, f, receiverPort], west)}classes: [{ prefix: "rep:", policy: replicate }]
`;
  };
  const shipperUrl = `http://127.0.0.1:${shipperPort}`;
  const apps: Role[] = [];
  const start = (...args: Parameters<typeof startRole>): Role => {
    const app = startRole(...args);
    apps.push(app);
    return app;
  };
  const ask: TlsRegions['ask'] = async (path, options = {}) => {
    const sent = request({ host: '127.0.0.1', port: receiverPort, path, ca: pem.authority, agent: false, ...options });
    sent.end();
    const [answer] = await once(sent, 'response');
    const isResumed = (answer.socket as TLSSocket).isSessionReused();
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    return { status: answer.statusCode, text, isResumed };
  };
  return {
    ask,
    ship(identity) {
      vi.stubEnv('LOCKSTEP_SECRET_JOURNAL', token);
      const app = start('shipper', topology(identity), 'east');
      vi.unstubAllEnvs();
      return app;
    },
    async receive() {
      const app = start('receiver', topology('known'), 'west');
      await vi.waitFor(
        async () => {
          const answer = await ask('/readyz').catch((error: unknown) => ({ status: 0, text: String(error) }));
          if (answer.status !== 200) throw new Error(`not ready: ${answer.text} ${app.output()}`);
        },
        { timeout: 60_000, interval: 100 },
      );
      return app;
    },
    async append(key, value) {
      const operations = [{ method: 'set', key, value: Buffer.from(value).toString('base64') }];
      const write = async (): Promise<void> => {
        const answer = await fetch(`${shipperUrl}/v1/journal/operations`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
          body: JSON.stringify({ operations }),
        });
        if (!answer.ok) throw new Error(`the ingest answered ${answer.status}`);
      };
      await vi.waitFor(write, { timeout: 60_000, interval: 100 });
    },
    async read(key) {
      const socket = connect(memcached.port, '127.0.0.1');
      socket.end(`get ${key}\r\nquit\r\n`);
      let text = '';
      for await (const chunk of socket) text += String(chunk);
      return /^VALUE .*\r\n(.*)\r\nEND/.exec(text)?.[1];
    },
    async linkError() {
      const links = (await (await fetch(`${shipperUrl}/v1/links`)).json()) as { lastError?: string }[];
      return links[0]?.lastError;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(apps.map((app) => app[Symbol.asyncDispose]()));
      await Promise.all([eastRedis.close(), westRedis.close(), memcached.close()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
