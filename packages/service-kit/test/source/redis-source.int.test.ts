import { startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { describe, expect, it, vi } from 'vitest';

import { openTopologySource } from '../../src/source/topology-source.ts';
import { watchTopology } from '../../src/source/watch-topology.ts';
import { createRecordingLogger } from '../fixtures/recording-logger.ts';
import { sample } from '../topology/sample.ts';

const withClass = (prefix: string): string => `${sample}  - { prefix: "${prefix}", policy: none }\n`;

function open(config: string, password?: string) {
  const { logger, lines } = createRecordingLogger();
  const environment = { redisPassword: () => password };
  return { source: openTopologySource(config, { environment, logger, name: 'app', region: 'east' }), lines };
}

describe('a topology in Redis', () => {
  it('is read from its key, and its text travels only when it is another one', async () => {
    await using server = await startRedis();
    const client = new Redis(server.port);
    await client.set('house', sample);
    const { source } = open(`redis://127.0.0.1:${server.port}/0?key=house`);
    expect(source.name).toBe(`redis://127.0.0.1:${server.port}/0?key=house`);
    expect(await source.read()).toBe(sample);
    expect(await source.read()).toBeUndefined();
    await client.set('house', withClass('new:'));
    expect(await source.read()).toBe(withClass('new:'));
    await source.close();
    client.disconnect();
  });

  it('has the key lockstep:topology unless another is named, and is missed by name', async () => {
    await using server = await startRedis();
    const { source } = open(`redis://127.0.0.1:${server.port}`);
    await expect(source.read()).rejects.toMatchObject({
      code: 'ERR_SERVICE_KIT_TOPOLOGY',
      problems: [
        `redis://127.0.0.1:${server.port}/0?key=lockstep:topology: there is no such key; SET it to the text of a topology file`,
      ],
    });
    await source.close();
  });

  it('takes the password from the environment and never shows it', async () => {
    await using server = await startRedis({ config: { requirepass: 'hunter2' } });
    const client = new Redis({ port: server.port, password: 'hunter2' });
    await client.set('lockstep:topology', sample);
    const good = open(`redis://127.0.0.1:${server.port}`, 'hunter2');
    expect(await good.source.read()).toBe(sample);
    const bad = open(`redis://127.0.0.1:${server.port}`, 'hunter3');
    await expect(bad.source.read()).rejects.toMatchObject({ code: 'ERR_SERVICE_KIT_TOPOLOGY' });
    expect(JSON.stringify([good.lines, bad.lines])).not.toContain('hunter');
    await good.source.close();
    await bad.source.close();
    client.disconnect();
  });

  it('keeps the version in use while Redis is away, tells it once, and takes the next one after', async () => {
    await using server = await startRedis({ appendonly: true });
    const client = new Redis(server.port);
    client.on('error', () => undefined);
    await client.set('lockstep:topology', sample);
    const { source } = open(`redis://127.0.0.1:${server.port}`);
    const text = (await source.read()) ?? '';
    const changes: string[] = [];
    const problems: string[] = [];
    const watch = watchTopology(source, {
      text,
      pollMs: 20,
      onChange: ({ classes }) => void changes.push(classes.at(-1)!.prefix),
      onProblem: (lines) => void problems.push(...lines),
    });
    await client.set('lockstep:topology', withClass('one:'));
    await vi.waitFor(() => expect(changes).toEqual(['one:']), 5000);
    await server.stop();
    await vi.waitFor(() => expect(problems.length).toBeGreaterThan(0), 15_000);
    await server.restart();
    await client.set('lockstep:topology', withClass('two:'));
    await vi.waitFor(() => expect(changes).toEqual(['one:', 'two:']), 15_000);
    expect(new Set(problems).size).toBe(problems.length);
    await watch.close();
    await source.close();
    client.disconnect();
  });

  it.each([
    ['redis://:hunter2@127.0.0.1:1', /^app: --config: a Redis URL must not hold a password/],
    ['redis://127.0.0.1:1?kee=x', /^app: --config: unknown parameter "kee"; write redis:\/\/host:port\/db\?key=KEY$/],
  ])('is refused where the URL is wrong, without a secret', (config, line) => {
    expect(() => open(config)).toThrow(
      expect.objectContaining({ code: 'ERR_SERVICE_KIT_ARGUMENTS', problems: [expect.stringMatching(line)] }),
    );
  });
});
