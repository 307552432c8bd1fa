const LONGEST_KEY = 'k'.repeat(250);
const LONG_KEY = 'k'.repeat(251);
const SET = 'set a 7 0 1\r\nx\r\n';
const BINARY = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
const UNICODE_KEY = Buffer.from('schlüssel-鍵-🔑').toString('latin1');

/** A mix of everything, for the tests that cut it. */
export const SMALL_SCRIPT: string = [
  'set a 7 0 4\r\n\r\n\0\xff\r\nget a\r\ngets a b\r\n',
  'set b 0 0 2 noreply\r\n10\r\nincr b 5\r\ndecr b 6 noreply\r\nget b a\r\n',
  'add a 0 0 1\r\nz\r\nreplace b 1 0 1\r\n7\r\ncas nope 0 0 1 9\r\nx\r\n',
  'set a 0 0 1\r\nxx\r\nfoo\r\n\r\ntouch b 0\r\ndelete a\r\ndelete a\r\nget a b\r\n',
].join('');

/** Byte scripts in latin1 that memcached 1.6.18 and the proxy answer alike; each runs on empty servers. */
export const SCRIPTS: readonly string[] = [
  SMALL_SCRIPT,
  // No command, or hardly one
  'foo\r\n\r\n\nGET a\r\na b\r\naa\r\nsetx a 0 0 1\r\n',
  // get
  `${SET}get\r\nget \r\nget a\n get a\r\nget  a \r\nget a b a\r\ngets a\r\nget ${LONGEST_KEY}\r\n`,
  // In the first place only: 1.6.18 forgets the replies before it that it has not sent.
  `get ${LONG_KEY}\r\n${SET}gets a a\r\nversion\r\n`,
  `get a ${LONG_KEY}\r\nversion\r\n`,
  `set ${LONGEST_KEY} 0 0 1\r\nx\r\nget ${LONGEST_KEY} a ${LONGEST_KEY}\r\n`,
  `${SET}get ${'a '.repeat(900)}\r\n`,
  `get ${'b '.repeat(1500)}\r\nversion\r\n`,
  // set: words
  'set\r\nset a\r\nset a 0 0\r\nversion\r\n',
  'set a 0 0 1 noreply\r\nx\r\nset b 0 0 1 foo\r\nx\r\nget a b\r\n',
  'set a 0 0 1 noreply extra\r\nx\r\nset a 0 0 1 x noreply\r\nx\r\nversion\r\n',
  'set  a  0  0  01 \r\nx\r\nget a\r\nset b 0 0 +1\nx\r\nget b\r\n',
  // set: flags, TTL, length
  'set a x 0 1\r\nx\r\nset a 0 x 1\r\nx\r\nset a 0 0 x\r\nx\r\nset a 0 0 1x\r\nx\r\nset a 1x 0 1\r\nx\r\nversion\r\n',
  'set a -1 0 1\r\nx\r\nset a 0 1.5 1\r\nx\r\nset a 0x1 0 1\r\nx\r\nset a +1 0 1\r\nx\r\nget a\r\n',
  'set a 4294967295 0 1\r\nx\r\nget a\r\nset a 4294967297 0 1\r\nx\r\nget a\r\nset a 18446744073709551616 0 1\r\nx\r\n',
  'set a 0 -1 1\r\nx\r\nget a\r\nset a 0 2147483648 1\r\nx\r\nget a\r\nset a 0 99999999999 1\r\nx\r\nget a\r\n',
  'set a 0 9223372036854775808 1\r\nx\r\nset a 0 -0 1\r\nx\r\nget a\r\nset b 0 2592001 1\r\nx\r\nget b\r\n',
  'set a 0 0 -1\r\nx\r\nset a 0 0 3000000000\r\nversion\r\nset a 0 0 2147483647\r\nversion\r\n',
  `set ${LONG_KEY} 0 0 1\r\nx\r\nset ${LONG_KEY} 0 0 1 noreply\r\nx\r\nversion\r\n`,
  // set: data
  `${SET}set a 0 0 1\r\nxx\r\nset a 0 0 1\r\nxxx\r\nset a 0 0 1\r\nx\nversion\r\nget a\r\n`,
  'set a 0 0 3\r\nx\r\nversion\r\nversion\r\n',
  'set a 0 0 1 noreply\r\nxx\r\nversion\r\nset a 0 0 0\r\n\r\nget a\r\n',
  `set a 0 0 256\r\n${BINARY}\r\nget a\r\nset ${UNICODE_KEY} 0 0 1\r\nx\r\nget ${UNICODE_KEY}\r\n`,
  // Too large
  `${SET}set a 0 0 2000000\r\n${'x'.repeat(2_000_000)}\r\nget a\r\n`,
  `${SET}set a 0 0 2000000 noreply\r\n${'x'.repeat(2_000_000)}\r\nget a\r\n`,
  `${SET}add a 0 0 2000000\r\n${'x'.repeat(2_000_000)}\r\nget a\r\ncas a 0 0 2000000 1\r\n${'x'.repeat(2_000_000)}\r\nget a\r\n`,
  `set a 0 0 1048000\r\n${'x'.repeat(1_048_000)}\r\nget a\r\n`,
  `${SET}set a 0 0 1048576\r\n${'x'.repeat(1_048_576)}\r\nget a\r\n`,
  // add, replace, cas
  `add a 0 0 1\r\nx\r\nadd a 0 0 1\r\ny\r\nreplace a 0 0 1\r\nz\r\nreplace b 0 0 1\r\nz\r\nget a b\r\n`,
  'cas a 0 0 1 1\r\nx\r\ncas a 0 0 1 x\r\nx\r\ncas a 0 0 1\r\nx\r\ncas a 0 0 1 1 noreply\r\nx\r\nversion\r\n',
  `${SET}cas a 0 0 1 -1\r\nx\r\ncas a 0 0 1 99999999999999999999\r\nx\r\ncas a 0 0 1 18446744073709551615\r\ny\r\nget a\r\n`,
  `${SET}cas a 0 0 1 1 foo extra\r\nx\r\ncas a 0 0 1 18446744073709551615 foo\r\nx\r\nversion\r\n`,
  // delete
  `${SET}delete a 0\r\ndelete a\r\n${SET}delete a noreply\r\nget a\r\n${SET}delete a 0 noreply\r\nget a\r\n`,
  `${SET}delete a 1\r\ndelete a foo\r\ndelete a 0 0\r\ndelete a noreply 0\r\ndelete a 1 noreply\r\ndelete\r\ndelete a b c d e\r\nget a\r\n`,
  `delete ${LONG_KEY}\r\ndelete ${LONG_KEY} noreply\r\nversion\r\n`,
  // incr and decr
  'set n 0 0 2\r\n10\r\nincr n 5\r\ndecr n 100\r\nincr n  2\r\nincr n 1 foo\r\nincr n 1 noreply\r\nget n\r\n',
  'set n 0 0 1\r\n0\r\nincr n -1\r\nincr n x\r\nincr n\r\nincr\r\nincr n 1 2 3\r\nincr n +1\r\nincr n -0\r\nincr n 1x\r\n',
  'set n 0 0 1\r\n1\r\nincr n 18446744073709551615\r\nincr n 18446744073709551616\r\nincr nope 1\r\ndecr nope 1\r\n',
  `incr ${LONG_KEY} 1\r\ndecr ${LONG_KEY} x noreply\r\nversion\r\n`,
  'set s 0 0 1\r\nx\r\nincr s 1\r\ndecr s 1 noreply\r\nincr s x noreply\r\nget s\r\n',
  'set n 0 0 3\r\n100\r\ndecr n 1\r\nget n\r\nset n 0 0 30\r\n111111111111111111111111111111\r\nincr n 1\r\n',
  // touch
  `${SET}touch a 0\r\ntouch nope 0\r\ntouch a\r\ntouch a x\r\ntouch\r\ntouch a x noreply\r\ntouch a 0 0\r\ntouch a 0 0 0\r\n`,
  `touch ${LONG_KEY} 0\r\n${SET}touch a -1 noreply\r\nget a\r\n${SET}touch a 99999999999\r\nget a\r\n`,
  // The rest
  'version\r\nversion x\r\nversion noreply\r\nverbosity\r\nverbosity 1\r\nverbosity x\r\nverbosity 1 noreply\r\nverbosity x noreply\r\nverbosity noreply\r\nverbosity 1 2\r\nverbosity 1 2 3\r\n',
  'quit x\r\nversion\r\n',
  `${'a'.repeat(1500)}\r\nversion\r\n`,
  `get ${'b'.repeat(3000)}\r\nversion\r\n`,
];
