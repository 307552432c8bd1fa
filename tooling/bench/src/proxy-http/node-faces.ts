import { fileURLToPath } from 'node:url';

import { requireParam } from '../harness/bench-case.ts';
import { findFreePort } from '../harness/free-port.ts';
import { startServerProcess } from '../harness/server-process.ts';
import type { FaceKind } from './face-kind.ts';

/** What can be had with our plugin; limits come with the other guards. */
export type Feature = 'classes' | 'guards' | 'limits' | 'lane';

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

/** Our plugin with all that reads in the app go through, but for the app's metrics, hooks and probes. */
export const wholePlugin: FaceKind = nodeFace('the plugin with all of it', './plugin-server.js', [
  'classes',
  'limits',
  'lane',
]);

/** The same past no fast lane: every read goes by node:http and Fastify. */
export const slowPlugin: FaceKind = nodeFace('the plugin with classes, guards and limits', './plugin-server.js', [
  'classes',
  'limits',
]);

/** Our plugin with one feature each, and no fast lane. */
export const pluginsWithFeature: readonly FaceKind[] = [
  nodeFace('the plugin with classes', './plugin-server.js', ['classes']),
  nodeFace('the plugin with guards', './plugin-server.js', ['guards']),
  nodeFace('the plugin with guards and limits', './plugin-server.js', ['limits']),
];

/** What one would write with Fastify oneself. */
export const fastifyMemjs: FaceKind = nodeFace('fastify + memjs', './memjs-server.js');
