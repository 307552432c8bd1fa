import { createAdminServer, createLogger } from '@lockstep/service-kit';
import { expect, it } from 'vitest';

import { addMetrics } from '../src/metrics.ts';

it('shows each link under its two regions', async () => {
  const logger = createLogger({ name: 'test', level: 'silent' });
  await using admin = createAdminServer({ name: 'lockstep-shipper', version: '0.0.0', logger });
  const link = {
    connected: true,
    lagMs: 250,
    measuredLagMs: 12,
    queuedOperations: 3,
    queuedBytes: 700,
    shippedOperations: 40,
    gaps: 0,
    failures: 1,
    tailLosses: 0,
    heldBytes: 900,
    dirtyKeys: 2,
    dirtyClasses: 1,
    tier: 'classes' as const,
  };
  const shard = { ...link, window: 4 };
  addMetrics(admin.metrics, 'east', {
    status: () => [
      {
        ...link,
        to: 'west',
        standbyShards: 1,
        shards: [
          { ...shard, shard: 0 },
          { ...shard, shard: 7, lagMs: 500, queuedBytes: 690, isStandby: true },
        ],
      },
      { ...link, to: 'north', standbyShards: 0, connected: false, shards: [] },
    ],
  });
  const page = (await admin.http.inject('/metrics')).body;
  expect(page).toContain('lockstep_link_lag_seconds{from="east",to="west"} 0.25');
  expect(page).toContain('lockstep_link_connected{from="east",to="north"} 0');
  expect(page).toContain('lockstep_link_shipped_operations_total{from="east",to="west"} 40');
  expect(page).toContain('lockstep_link_measured_lag_seconds{from="east",to="west"} 0.012');
  expect(page).toContain('lockstep_link_tier{from="east",to="west"} 3');
  expect(page).toContain('lockstep_link_queued_bytes{from="east",to="west"} 700');
  expect(page).toContain('lockstep_link_standby_shards{from="east",to="west"} 1');
  expect(page).toContain('lockstep_link_held_bytes{from="east",to="west"} 900');
  expect(page).toContain('lockstep_shard_lag_seconds{from="east",to="west",shard="7"} 0.5');
  expect(page).toContain('lockstep_shard_queued_bytes{from="east",to="west",shard="7"} 690');
  expect(page).toContain('lockstep_shard_window{from="east",to="west",shard="0"} 4');
});
