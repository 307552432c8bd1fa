// The ring
export { type Ring, type RingKey, type RingNode } from './ring.ts';
export { createRing, type RingOptions } from './create-ring.ts';
