import { describe, expect, it } from 'vitest';

import { createLogger } from '../../src/process/logger.ts';

function record() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string): void => void lines.push(JSON.parse(line)) };
  return { lines, logger: createLogger({ name: 'app', destination }) };
}

describe('createLogger', () => {
  it('writes JSON lines with the time, the name and the message', () => {
    const { lines, logger } = record();
    logger.info({ batch: 3 }, 'shipped');
    logger.debug('not at this level');
    expect(lines).toEqual([
      expect.objectContaining({ name: 'app', level: 30, batch: 3, msg: 'shipped', time: expect.stringMatching(/Z$/) }),
    ]);
  });

  it('leaves out what a client hangs on its errors: the command with its keys, values and passwords', () => {
    const { lines, logger } = record();
    const cause = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } });
    const error = Object.assign(new Error('no connection', { cause }), {
      code: 'ERR_X',
      command: { args: ['hunter2'] },
    });
    logger.error({ err: error }, 'failed');
    expect(lines[0]).toMatchObject({
      err: { type: 'Error', code: 'ERR_X', message: 'no connection', cause: { message: 'WRONGPASS' } },
    });
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('survives a cause that leads back to its error', () => {
    const { lines, logger } = record();
    const error = new Error('round');
    error.cause = error;
    logger.error({ err: error });
    expect(lines).toHaveLength(1);
  });

  it('masks fields that are called like secrets', () => {
    const { lines, logger } = record();
    logger.info({
      password: 'hunter2',
      headers: { authorization: 'Bearer hunter2' },
      environment: { linkToken: 'hunter2' },
    });
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});
