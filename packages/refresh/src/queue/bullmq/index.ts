// A refresh queue that processes share through Redis
export { type BullRefreshQueue, createBullQueue } from './bull-queue.ts';
export type { BullQueueOptions } from './bull-settings.ts';
export type { QueueErrorMessage } from './queue-channel.ts';
