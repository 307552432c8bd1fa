import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { BearerToken } from '../../../src/http/guards/bearer-token.ts';
import { TokenTable } from '../../../src/http/guards/token-table.ts';

const SECRET = 'correct-horse-battery-staple';
const sha256 = createHash('sha256').update(SECRET).digest('hex');
const reader: BearerToken = { name: 'reader', sha256, scopes: ['read'] };

const nameOf = (table: TokenTable, header: string | undefined, nowMs = 0): string => {
  const result = table.authenticate(header, nowMs);
  return 'bearer' in result ? result.bearer.name : result.problem;
};

describe('authenticate', () => {
  const table = new TokenTable({ tokens: [reader] });

  it.each([
    [`Bearer ${SECRET}`, 'reader'],
    [`bearer   ${SECRET}`, 'reader'],
    [undefined, 'missing'],
    ['', 'invalid'],
    ['Bearer ', 'invalid'],
    [`Bearer ${SECRET}x`, 'invalid'],
    [`Bearer ${SECRET.slice(0, -1)}`, 'invalid'],
    [`Bearer ${sha256}`, 'invalid'],
    [`Basic ${SECRET}`, 'invalid'],
    [`Bearer ${SECRET} ${SECRET}`, 'invalid'],
    [`Bearer ${'a'.repeat(2000)}`, 'invalid'],
  ])('takes %j for %s', (header, outcome) => {
    expect(nameOf(table, header)).toBe(outcome);
  });

  it('knows a token by its text or by its digest', () => {
    const byText = new TokenTable({ tokens: [{ name: 'app', token: SECRET, scopes: ['write'] }] });
    expect(nameOf(byText, `Bearer ${SECRET}`)).toBe('app');
    expect(JSON.stringify(byText)).not.toContain(SECRET);
  });

  it('ends a token with its time', () => {
    const until = new TokenTable({ tokens: [{ ...reader, expiresAt: '2026-01-01T00:00:00Z' }] });
    const end = Date.parse('2026-01-01T00:00:00Z');
    expect([end - 1, end].map((now) => nameOf(until, `Bearer ${SECRET}`, now))).toEqual(['reader', 'invalid']);
  });

  it('does not take a wrong token for none where nobody needs one', () => {
    const open = new TokenTable({ tokens: [reader], anonymous: ['write'] });
    expect([nameOf(open, undefined), nameOf(open, 'Bearer of-nobody-at-all-here')]).toEqual(['', 'invalid']);
  });

  it('does not look at the header where there are no tokens', () => {
    expect(nameOf(new TokenTable({ anonymous: ['read'] }), 'Basic b3RoZXI6cHVycG9zZQ==')).toBe('');
    expect(nameOf(new TokenTable({}), `Bearer ${SECRET}`)).toBe('missing');
  });

  it('takes other tokens at once, and all or none of them', () => {
    const changing = new TokenTable({ tokens: [reader] });
    expect(() => changing.replace({ tokens: [{ name: 'x', scopes: ['read'] }] })).toThrow('"x" must have either');
    expect(nameOf(changing, `Bearer ${SECRET}`)).toBe('reader');
    changing.replace({ tokens: [] });
    expect(nameOf(changing, `Bearer ${SECRET}`)).toBe('missing');
  });
});

describe('a token that makes no sense', () => {
  it.each<[Partial<BearerToken> & object, string]>([
    [{ name: '' }, 'a token must have a name'],
    [{ sha256: 'abc' }, 'the token "reader" must have 64 hexadecimal digits as sha256'],
    [{ token: SECRET }, 'the token "reader" must have either sha256 or token'],
    [{ scopes: [] }, 'the token "reader" must have at least one scope'],
    [{ scopes: ['root' as 'read'] }, 'has the scope "root"'],
    [{ prefixes: [] }, 'must have key prefixes of at least one byte'],
    [{ prefixes: [''] }, 'must have key prefixes of at least one byte'],
    [{ expiresAt: 'soon' }, 'has an expiresAt that is no date and time'],
  ])('%j is refused by name', (change, message) => {
    expect(() => new TokenTable({ tokens: [{ ...reader, ...change }] })).toThrow(message);
  });

  it('is refused without being shown', () => {
    const token = 'has spaces in it';
    const attempt = (): TokenTable => new TokenTable({ tokens: [{ name: 'app', token, scopes: ['read'] }] });
    expect(attempt).toThrow('the token "app" must have at least 16 letters');
    expect(attempt).not.toThrow(token);
  });

  it('is refused when its name or secret is there twice', () => {
    expect(() => new TokenTable({ tokens: [reader, reader] })).toThrow('two tokens have the name "reader"');
    expect(() => new TokenTable({ tokens: [reader, { ...reader, name: 'other' }] })).toThrow('two tokens are the same');
  });

  it('refuses to make everybody an admin', () => {
    expect(() => new TokenTable({ anonymous: ['admin' as 'read'] })).toThrow('admin routes need a token');
  });
});
