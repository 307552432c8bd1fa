import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/**
 * A registry of its own with the default metrics of the process and `lockstep_build_info`. Make one
 * per process: the default metrics observe the process until it ends.
 */
export function createMetricsRegistry(app: { readonly name: string; readonly version: string }): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'lockstep_build_info',
    help: 'Always 1; the labels say what runs',
    labelNames: ['app', 'version', 'node'],
    registers: [registry],
  }).set({ app: app.name, version: app.version, node: process.version }, 1);
  return registry;
}
