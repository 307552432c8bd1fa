import { fileURLToPath } from 'node:url';

import { requireParam } from '../harness/bench-case.ts';
import { findFreePort } from '../harness/free-port.ts';
import { startServerProcess } from '../harness/server-process.ts';
import { startLockstepProxy } from '../proxy-http/lockstep-proxy.ts';
import type { ProxyKind } from './proxy-kind.ts';

/** What our face can have behind it; the hook does nothing. */
export type FaceFeature = 'classes' | 'hook' | 'no direct calls';

/** A proxy that is a script of this folder: `SCRIPT PORT MEMCACHED_HOST MEMCACHED_PORT [FEATURE…]`. */
function nodeProxy(name: string, script: string, features: readonly FaceFeature[] = []): ProxyKind {
  return {
    name,
    async start(params) {
      const port = await findFreePort();
      const file = fileURLToPath(new URL(script, import.meta.url));
      const args = [file, String(port), requireParam(params, 'host'), requireParam(params, 'port'), ...features];
      return startServerProcess({ program: process.execPath, args, port });
    },
  };
}

/** The app with that face: metrics, and a hook that tells Redis of each write. */
export const lockstepProxy: ProxyKind = {
  name: 'lockstep-proxy',
  start: (params) => startLockstepProxy(params, 'memcached'),
};

/** Our memcached face. */
export const memcachedFace: ProxyKind = nodeProxy('@lockstep/memcache-proxy', './face-server.js', ['classes']);

/** Our memcached face, with one thing more or less. */
export const changedFaces: readonly ProxyKind[] = [
  nodeProxy('the face with a hook', './face-server.js', ['classes', 'hook']),
  memcachedFace,
  nodeProxy('the face without classes', './face-server.js'),
  nodeProxy('the face without direct calls', './face-server.js', ['classes', 'no direct calls']),
];

/** The least that a proxy in Node costs: it carries bytes, and knows nothing of commands. */
export const bytePipe: ProxyKind = nodeProxy('a byte pipe', './pipe-server.js');
