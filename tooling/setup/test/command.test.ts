import { dirname } from 'node:path';

import { describe, expect, it } from 'vitest';

import { findExecutable, lastLines, runCommand } from '../command.mjs';

describe('runCommand', () => {
  it('keeps the code and both outputs of a command', async () => {
    const script = 'process.stdout.write("out"); process.stderr.write("err"); process.exitCode = 3';
    const { code, output } = await runCommand(process.execPath, ['-e', script]);
    expect(code).toBe(3);
    expect(output).toContain('out');
    expect(output).toContain('err');
    expect(output).toHaveLength(6);
  });

  it('resolves without a code when there is no such command', async () => {
    const { code, output } = await runCommand('lockstep-no-such-command', []);
    expect(code).toBeUndefined();
    expect(output).toContain('ENOENT');
  });

  it.each(['node', 'lockstep-no-such-command'])('lets its own process end after %s', async (command) => {
    const module = new URL('../command.mjs', import.meta.url).href;
    const script = `import { runCommand } from '${module}'; await runCommand('${command}', ['--version']);`;
    // Far below the patience of a command, far above what a process takes to start and to end.
    const timeoutMs = 60_000;
    const { code } = await runCommand(process.execPath, ['--input-type=module', '-e', script], { timeoutMs });
    expect(code).toBe(0);
  });

  it('ends a command that takes too long and says so', async () => {
    const result = await runCommand(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 300 });
    expect(result.code).toBe(1);
    expect(result.output).toContain('was ended by SIGKILL');
  });
});

describe('findExecutable', () => {
  it('finds a command in a folder of PATH', () => {
    expect(findExecutable('node', `/no/such/folder:${dirname(process.execPath)}`)).toMatch(/\/node$/u);
  });

  it.each(['', '/', undefined])('does not find in PATH %j what is not there', (path) => {
    expect(findExecutable('lockstep-no-such-command', path)).toBeUndefined();
  });
});

describe('lastLines', () => {
  it('keeps the end of a long text', () => {
    expect(lastLines('a\nb\nc\n', 2)).toBe('b\nc');
  });
});
