import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { dependencyStamp, isInstalled, writeStamp } from '../dependencies.mjs';

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lockstep-setup-test-'));
  mkdirSync(join(root, 'node_modules'));
  mkdirSync(join(root, 'packages/one/node_modules'), { recursive: true });
  writeFileSync(join(root, 'pnpm-lock.yaml'), 'lockfileVersion: 9\n');
  writeFileSync(join(root, 'package.json'), '{ "name": "root", "devDependencies": { "a": "1" } }');
  writeFileSync(join(root, 'packages/one/package.json'), '{ "name": "one", "dependencies": { "b": "1" } }');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the stamp of the dependencies', () => {
  it('is missing in a fresh checkout', () => {
    expect(isInstalled(root)).toBe(false);
  });

  it('makes the next run a run with nothing to do', () => {
    writeStamp(root);
    expect(isInstalled(root)).toBe(true);
    expect(isInstalled(root)).toBe(true);
  });

  it('is the same for the same files', () => {
    expect(dependencyStamp(root)).toBe(dependencyStamp(root));
  });

  it.each(['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', 'packages/one/package.json'])(
    'no longer holds once %s changed',
    (file) => {
      writeStamp(root);
      writeFileSync(join(root, file), '{ "name": "changed" }');
      expect(isInstalled(root)).toBe(false);
    },
  );

  it('no longer holds once a package came along', () => {
    writeStamp(root);
    mkdirSync(join(root, 'apps/two'), { recursive: true });
    writeFileSync(join(root, 'apps/two/package.json'), '{ "name": "two" }');
    expect(isInstalled(root)).toBe(false);
  });

  it.each(['node_modules', 'packages/one/node_modules'])('no longer holds once %s was removed', (folder) => {
    writeStamp(root);
    rmSync(join(root, folder), { recursive: true });
    expect(isInstalled(root)).toBe(false);
  });
});
