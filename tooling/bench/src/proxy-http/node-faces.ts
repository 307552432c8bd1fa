import { fileURLToPath } from 'node:url';

import { requireParam } from '../harness/bench-case.ts';
import { findFreePort } from '../harness/free-port.ts';
import { startServerProcess } from '../harness/server-process.ts';
import type { FaceKind } from './face-kind.ts';

/** What can be had with our plugin; limits come with the other guards. */
export type Feature = 'classes' | 'guards' | 'limits';

/** A face that is a script of this folder: `SCRIPT PORT NODES [FEATURE…]`. */
function nodeFace(name: string, script: string, features: readonly Feature[] = []): FaceKind {
  return {
    name,
    async start(params) {
      const port = await findFreePort();
      const file = fileURLToPath(new URL(script, import.meta.url));
      const args = [file, String(port), requireParam(params, 'nodes'), ...features];
      return startServerProcess({ program: process.execPath, args, port });
    },
  };
}

/** Our Fastify plugin and nothing else. */
export const plainPlugin: FaceKind = nodeFace('the plugin alone', './plugin-server.js');

/** Our plugin with one feature each: what the app costs besides is its metrics and its hooks. */
export const pluginsWithFeature: readonly FaceKind[] = [
  nodeFace('the plugin with classes', './plugin-server.js', ['classes']),
  nodeFace('the plugin with guards', './plugin-server.js', ['guards']),
  nodeFace('the plugin with guards and limits', './plugin-server.js', ['limits']),
];

/** What one would write with Fastify oneself. */
export const fastifyMemjs: FaceKind = nodeFace('fastify + memjs', './memjs-server.js');
