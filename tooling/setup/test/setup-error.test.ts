import { describe, expect, it } from 'vitest';

import { downloadFailure } from '../download-failure.mjs';
import { renderFailure, SetupError } from '../setup-error.mjs';

describe('renderFailure', () => {
  it('shows what failed and what to do, and no stack', () => {
    const shown = renderFailure(new SetupError('It failed.', 'Do this.', 'last words\n'));
    expect(shown).toBe('last words\nsetup: It failed.\nsetup: Do this.');
  });

  it('keeps the stack of a failure that nobody foresaw', () => {
    expect(renderFailure(new TypeError('oops'))).toContain('setup-error.test.ts');
  });
});

describe('downloadFailure', () => {
  it.each([
    'getaddrinfo ENOTFOUND registry',
    'ERR_PNPM_META_FETCH_FAIL GET https://registry/turbo',
    'connect ECONNREFUSED 127.0.0.1:3128',
    'E: Failed to fetch http://mirror/redis.deb  Temporary failure resolving',
  ])('blames the network for "%s"', (output) => {
    const failure = downloadFailure('pnpm install', output);
    expect(failure.message).toBe('pnpm install failed.');
    expect(failure.advice).toContain('HTTP_PROXY');
    expect(failure.output).toBe(output);
  });

  it('does not blame the network for anything else', () => {
    expect(downloadFailure('pnpm install', 'ENOSPC: no space left on device').advice).not.toContain('network');
  });
});
