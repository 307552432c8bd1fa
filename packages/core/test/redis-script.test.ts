import { describe, expect, it } from 'vitest';

import type { RedisArgument, RedisClient } from '../src/redis.ts';
import { createScript } from '../src/redis-script.ts';

function recordingClient(replies: (command: string) => unknown): { client: RedisClient; calls: RedisArgument[][] } {
  const calls: RedisArgument[][] = [];
  const call = async (command: string, ...args: RedisArgument[]): Promise<unknown> => {
    calls.push([command, ...args]);
    const reply = replies(command);
    if (reply instanceof Error) throw reply;
    return reply;
  };
  return { calls, client: { call, callBuffer: call, duplicate: () => expect.fail('not needed') } };
}

describe('createScript', () => {
  it('runs a script by the SHA-1 of its text', async () => {
    const { client, calls } = recordingClient(() => 'OK');
    await expect(createScript('return 1').run(client, ['k'], ['a', 2])).resolves.toBe('OK');
    expect(calls).toEqual([['EVALSHA', 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db', 1, 'k', 'a', 2]]);
  });

  it('sends the text when the server does not know the digest', async () => {
    const { client, calls } = recordingClient((command) =>
      command === 'EVALSHA' ? new Error('NOSCRIPT No matching script.') : 'OK',
    );
    await createScript('return 1').run(client, [], []);
    expect(calls.at(-1)).toEqual(['EVAL', 'return 1', 0]);
  });

  it('sends other arguments with the text where it is told to', async () => {
    const { client, calls } = recordingClient((command) =>
      command === 'EVALSHA' ? new Error('NOSCRIPT No matching script.') : 'OK',
    );
    await createScript('return 1').run(client, ['k'], ['known'], ['unknown']);
    expect(calls.map((call) => call.at(-1))).toEqual(['known', 'unknown']);
  });

  it('passes any other error on', async () => {
    const { client } = recordingClient(() => new Error('READONLY'));
    await expect(createScript('return 1').run(client, [], [])).rejects.toThrow('READONLY');
  });
});
