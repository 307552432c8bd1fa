import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';

import { findFreePort } from '../harness/free-port.ts';
import { type AppChange, startLockstepProxy } from '../proxy-http/lockstep-proxy.ts';
import { keyPrefix } from '../proxy-http/workload.ts';
import { certificate, privateKey } from './certificate.ts';
import { connectClient } from './load.ts';
import type { ProxyKind, ProxyProcess } from './proxy-kind.ts';

const both = { prefix: keyPrefix, policy: 'invalidate', pools: ['main', 'second'] };

/** The app as it is deployed, but for one thing less, or one more. */
export const changedApps: readonly ProxyKind[] = [
  changed('without classes', { classes: [] }),
  changed('without the spool', { proxy: { spool: undefined } }),
  changed('without the journal', { classes: [{ prefix: keyPrefix, policy: 'none' }] }),
  changed('with a second pool on a miss', { hasSecondPool: true, classes: [{ ...both, reads: 'miss-failover' }] }),
  changed('with the fastest of two pools', { hasSecondPool: true, classes: [{ ...both, reads: 'fastest' }] }),
  changed('with a shadow', {
    hasSecondPool: true,
    classes: [{ prefix: keyPrefix, policy: 'invalidate', shadow: 'second' }],
  }),
  overUnixSocket(),
  overTls(),
];

function changed(name: string, change: AppChange): ProxyKind {
  return { name, start: (params) => startLockstepProxy(params, 'memcached', change) };
}

function overUnixSocket(): ProxyKind {
  return inFolder('over a unix socket', async (folder, start) => {
    const path = join(folder, 'proxy.sock');
    const server = await start([{ address: path }]);
    return { ...server, connect: (take) => connectClient({ path }, take) };
  });
}

function overTls(): ProxyKind {
  return inFolder('over TLS', async (folder, start) => {
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    await Promise.all([writeFile(certFile, certificate), writeFile(keyFile, privateKey)]);
    const port = await findFreePort();
    const server = await start([{ address: `127.0.0.1:${port}`, tls: { certFile, keyFile } }]);
    return {
      ...server,
      async connect(take) {
        const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: certificate });
        socket.setNoDelay(true);
        socket.on('data', take);
        await once(socket, 'secureConnect');
        return socket;
      },
    };
  });
}

/** An app with further listeners, which have files in a folder of their own. */
function inFolder(
  name: string,
  open: (folder: string, start: (listeners: readonly object[]) => Promise<ProxyProcess>) => Promise<ProxyProcess>,
): ProxyKind {
  return {
    name,
    async start(params) {
      const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-listener-'));
      try {
        const server = await open(folder, (listeners) => startLockstepProxy(params, 'memcached', { listeners }));
        return {
          ...server,
          async [Symbol.asyncDispose]() {
            await server[Symbol.asyncDispose]();
            await rm(folder, { recursive: true });
          },
        };
      } catch (error) {
        await rm(folder, { recursive: true });
        throw error;
      }
    },
  };
}
