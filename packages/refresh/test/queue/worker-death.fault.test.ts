import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

import { hear, openBullLab, task } from './bull-lab.ts';

describe('a worker that dies', () => {
  it('is replaced within its bound, and a task that kills them all is dead in the end', async () => {
    await using lab = await openBullLab();
    const queue = lab.queue({ attempts: 2 });
    const children = [lab.fork('hold', { attempts: 2 }), lab.fork('hold', { attempts: 2 })];
    const heard = children.map(hear);
    await queue.enqueue(task('poison'));
    await expect.poll(() => heard.flat()).toEqual([{ key: 'poison', attempt: 1 }]);
    const first = heard[0]!.length === 1 ? 0 : 1;
    children[first]!.kill('SIGKILL');
    const killedAt = performance.now();
    await expect.poll(() => heard[1 - first], { interval: 10 }).toEqual([{ key: 'poison', attempt: 1 }]);
    // 1,000 ms and twice 250 ms; the rest is for a machine that is busy.
    expect(performance.now() - killedAt).toBeLessThan(1500 + 5000);
    children[1 - first]!.kill('SIGKILL');
    const keys: string[] = [];
    queue.consume(async ({ key }) => {
      keys.push(key);
      return 'refreshed';
    });
    await expect.poll(() => queue.counts()).toMatchObject({ dead: 1, active: 0, waiting: 0, delayed: 0 });
    expect(await queue.deadTasks()).toMatchObject([{ key: 'poison', error: expect.stringContaining('stalled') }]);
    expect(keys).toEqual([]);
    expect(await queue.enqueue(task('poison'))).toBe('queued');
    await expect.poll(() => keys).toEqual(['poison']);
  });

  it('does no harm when it was only frozen, and wakes up after its task was taken over', async () => {
    await using lab = await openBullLab();
    const queue = lab.queue();
    const child = lab.fork('hold');
    const heard = hear(child);
    await queue.enqueue(task('k'));
    await expect.poll(() => heard.length).toBe(1);
    child.kill('SIGSTOP');
    let gate = (): void => undefined;
    const taken: string[] = [];
    const handle = async ({ key }: { readonly key: string }): Promise<'refreshed'> => {
      taken.push(key);
      await new Promise<void>((resolve) => (gate = resolve));
      return 'refreshed';
    };
    queue.consume(handle, { concurrency: 1 });
    await expect.poll(() => taken).toEqual(['k']);
    child.kill('SIGCONT');
    await expect.poll(() => heard).toContainEqual({ aborted: 'k' });
    child.send('end it');
    await queue.enqueue(task('next'));
    await expect.poll(() => heard).toContainEqual({ key: 'next', attempt: 1 });
    expect(await queue.counts()).toMatchObject({ active: 2, waiting: 0, dead: 0 });
    expect(await queue.enqueue(task('k'))).toBe('known');
    gate();
    await expect.poll(() => queue.counts()).toMatchObject({ active: 1 });
    expect(taken).toEqual(['k']);
  });
});

describe('a process', () => {
  it('ends by itself when its queue is closed, also without Redis, and prints nothing', async () => {
    await using lab = await openBullLab();
    const leaves = lab.fork('leave');
    const isAlone = lab.fork('leave', { callTimeoutMs: 100, url: 'redis://127.0.0.1:1' });
    const ended = { code: 0, printed: '' };
    expect(await Promise.all([end(leaves), end(isAlone)])).toEqual([ended, ended]);
  });
});

async function end(child: ChildProcess): Promise<{ readonly code: unknown; readonly printed: string }> {
  let printed = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (printed += String(chunk)));
  child.disconnect();
  const [code] = (await once(child, 'exit')) as [unknown];
  return { code, printed };
}
