import { createAdminServer, createLogger } from '@lockstep/service-kit';
import { expect, it } from 'vitest';

import { addMetrics } from '../src/metrics.ts';

it('shows each link under its two regions', async () => {
  const logger = createLogger({ name: 'test', level: 'silent' });
  await using admin = createAdminServer({ name: 'lockstep-shipper', version: '0.0.0', logger });
  const link = {
    shard: 0,
    connected: true,
    lagMs: 250,
    queuedOperations: 3,
    shippedOperations: 40,
    gaps: 0,
    failures: 1,
    tailLosses: 0,
  };
  addMetrics(admin.metrics, 'east', {
    status: () => [
      { ...link, to: 'west' },
      { ...link, to: 'north', connected: false },
    ],
  });
  const page = (await admin.http.inject('/metrics')).body;
  expect(page).toContain('lockstep_link_lag_seconds{from="east",to="west",shard="0"} 0.25');
  expect(page).toContain('lockstep_link_connected{from="east",to="north",shard="0"} 0');
  expect(page).toContain('lockstep_link_shipped_operations_total{from="east",to="west",shard="0"} 40');
});
