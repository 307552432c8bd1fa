import { describe, expect, it } from 'vitest';

import { countLines } from '../checks/file-sizes.mjs';
import { listPublished } from '../checks/packed-packages.mjs';
import { listSources } from '../checks/source-files.mjs';
import { findShippedTesting, findTestingImports } from '../checks/test-only.mjs';
import { listMembers } from '../workspace.mjs';

const uses = { '@lockstep/testing': 'workspace:^' };

describe('findShippedTesting', () => {
  it('accepts the test package for development', () => {
    const members = [{ folder: 'packages/a', manifest: { name: 'a', devDependencies: uses } }];
    expect(findShippedTesting(members)).toEqual([]);
  });

  it.each(['dependencies', 'optionalDependencies', 'peerDependencies'])('refuses it in %s', (field) => {
    const members = [{ folder: 'apps/a', manifest: { name: 'a', [field]: uses } }];
    expect(findShippedTesting(members)).toEqual([
      `apps/a/package.json: @lockstep/testing belongs in devDependencies, not in ${field}`,
    ]);
  });
});

describe('findTestingImports', () => {
  const importing = "import { startRedis } from '@lockstep/testing';";

  it.each(['packages/a/src/x.ts', 'apps/b/src/y.ts'])('refuses an import in %s', (file) => {
    expect(findTestingImports([file], () => importing)).toHaveLength(1);
    expect(findTestingImports([file], () => "await import('@lockstep/testing')")).toHaveLength(1);
  });

  it.each(['packages/a/test/x.test.ts', 'apps/playground/src/y.ts', 'tooling/bench/src/z.ts'])(
    'accepts an import in %s',
    (file) => {
      expect(findTestingImports([file], () => importing)).toEqual([]);
    },
  );

  it('is not misled by a mention', () => {
    expect(findTestingImports(['packages/a/src/x.ts'], () => '// see @lockstep/testing')).toEqual([]);
  });
});

describe('countLines', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['a\n', 1],
    ['a\nb', 2],
    ['a\n\n', 2],
  ])('counts %j as %i', (text, lines) => {
    expect(countLines(text)).toBe(lines);
  });
});

describe('the workspace', () => {
  it('lists its members with the root first, and publishes packages only', () => {
    const members = listMembers();
    expect(members[0]?.folder).toBe('.');
    const published = listPublished(members);
    expect(published).toContain('packages/core');
    expect(published).toContain('apps/proxy');
    expect(published).not.toContain('apps/playground');
    expect(published.filter((folder) => folder.startsWith('tooling/'))).toEqual([]);
  });

  it('lists sources without what is generated or installed', () => {
    const files = listSources();
    expect(files).toContain('tooling/setup/setup.mjs');
    expect(files.filter((file) => /(?:^|\/)(?:node_modules|dist)\//u.test(file))).toEqual([]);
  });
});
