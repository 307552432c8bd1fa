import { vi } from 'vitest';

import type { PasswordStory } from './password-story.ts';

const patience = { timeout: 60_000, interval: 50 };

/**
 * What is wrong when everything is healed and quiet: changes that another region never heard of, and old tokens that
 * are still held.
 */
export async function leftovers({ judge, regions, services }: PasswordStory): Promise<string[]> {
  const unheard = (): string[] =>
    judge.changes.flatMap((change) =>
      regions
        .filter(({ name }) => name !== change.region && judge.lagMs(change, name) === Infinity)
        .map(({ name }) => `${name} never heard of ${change.user}.${change.version}`),
    );
  await vi
    .waitFor(() => {
      if (unheard().length > 0) throw new Error('not all of it has arrived');
    }, patience)
    .catch(() => undefined);
  const held = await Promise.all(
    services.map(async (service) => {
      const tokens = await vi.waitFor(async () => {
        const rest = (await service.ask('rest')) as Readonly<Record<string, number>> | null | undefined;
        if (rest === undefined || rest === null) throw new Error(`${service.name} does not hear the log`);
        return rest;
      }, patience);
      return { name: service.name, tokens };
    }),
  );
  const old = held.flatMap(({ name, tokens }) =>
    judge.changes
      .filter(({ user, version }) => tokens[user]! < version)
      .map(({ user, version }) => `${name} still has ${user}.${tokens[user]}, which ${user}.${version} ended`),
  );
  return [...unheard(), ...old];
}
