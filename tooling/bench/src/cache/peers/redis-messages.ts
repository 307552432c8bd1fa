import type { CacheableSyncOptions } from 'cacheable';
import { createClient } from 'redis';

type Provider = Extract<CacheableSyncOptions['qified'], { publish: unknown; subscriptions: unknown; id: string }>;

/** Redis pub/sub as the message provider that cacheable's sync asks for: topics are channels, messages are JSON. */
export async function createRedisMessages(redisUrl: string): Promise<Provider> {
  const publisher = createClient({ url: redisUrl });
  const subscriber = publisher.duplicate();
  // Both reconnect by themselves.
  for (const client of [publisher, subscriber]) client.on('error', () => {});
  await Promise.all([publisher.connect(), subscriber.connect()]);
  const id = 'redis';
  const subscriptions: Provider['subscriptions'] = new Map();
  return {
    id,
    subscriptions,
    async publish(topic, message) {
      await publisher.publish(topic, JSON.stringify({ ...message, providerId: id }));
    },
    async subscribe(topic, handler) {
      const handlers = subscriptions.get(topic);
      if (handlers !== undefined) {
        handlers.push(handler);
        return;
      }
      subscriptions.set(topic, [handler]);
      await subscriber.subscribe(topic, (text) => {
        for (const one of subscriptions.get(topic) ?? []) void one.handler(JSON.parse(text));
      });
    },
    async unsubscribe(topic) {
      subscriptions.delete(topic);
      await subscriber.unsubscribe(topic);
    },
    async disconnect() {
      for (const client of [publisher, subscriber]) if (client.isOpen) client.destroy();
    },
  };
}
