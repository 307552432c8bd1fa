const LONGEST_KEY = 'k'.repeat(250);
const LONG_KEY = 'k'.repeat(251);
const LONG_OPAQUE = `O${'1'.repeat(32)}`;
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

/** Meta commands in every way that a cut can go wrong, for the tests that cut it. */
export const META_SCRIPT: string = [
  'ms a 4 F7 T100 k O1\r\n\r\n\0\xff\r\nmg a v f k O22 s t q\r\nmn\r\nmg no q v\r\nmg no k O3\r\n',
  'ms n 2 q\r\n10\r\nma n D5 v O4\r\nma n MD q\r\nmg n v\r\nmd n q\r\nmd n O5 k\r\n',
  'mg l N30 v t\r\nmg l N30 v t\r\nms YQ== 1 b k\r\nx\r\nget a\r\nms a 1 ME\r\nxx\r\nmg\r\nmz a\r\n',
].join('');

const LEASES =
  'mg l s c v f t N30 k O1\r\nmg l s v f t N30 O2 k\r\nmg l v N30 q\r\nms l 1 T60 F5\r\nx\r\nmg l v f N30\r\n';
const FLAGS = '!#05ABEGHKQSUVWXYZadegijmnoprwxyz~'
  .split('')
  .map((letter) => `mg a ${letter}\r\nmd a ${letter}\r\n`)
  .join('');
const TOKENS = ['C', 'D', 'F', 'J', 'M', 'N', 'R', 'T', 'b', 'O', 'k', 'S']
  .flatMap((letter) =>
    ['', '5', 'x', '-1', '+7', '99999999999', '18446744073709551616', '1x'].map((token) => letter + token),
  )
  .map((flag) => `mg zz ${flag}\r\nms zz 1 ${flag}\r\nx\r\nmd zz ${flag}\r\nma zz ${flag}\r\n`);

/** Scripts of the meta protocol that memcached 1.6.18 and the proxy answer alike; each runs on empty servers. */
export const META_SCRIPTS: readonly string[] = [
  META_SCRIPT,
  `${SET}me a\r\nme no\r\nme a O1 q k\r\nme YQ== b\r\nme YQ== b k\r\nme YQ==\r\nget a\r\nme a\r\ntouch a 100\r\nme a\r\nmd a\r\nme a\r\n`,
  'ms AAEC 1 b\r\nx\r\nme AAEC b\r\nme AAEC\r\nset Oa 0 0 1\r\nx\r\nme Oa\r\nset b 0 9 1\r\nx\r\nme b\r\nset W 0 0 0\r\n\r\nme W\r\nme  W \r\nme\r\n',
  'mn\r\nmn x y\r\nme\r\nme none\r\nme !! b\r\nme none b c d\r\nmg\r\nms\r\nmd\r\nma\r\nms a\r\nmg \r\nMG a\r\nmgx a\r\n',
  // mg
  `${SET}mg a\r\nmg a v\r\nmg a k O5 f v t s q\r\nmg a s v f O123 k t l h\r\nmg a v v\r\nmg a vv\r\nmg  a  v \r\nmg a T30 t\r\n`,
  `${SET}mg no k O1 v\r\nmg no O1 k\r\nmg no q v k\r\nmg no k5 v1 O\r\nmg a h\r\nmg a u h\r\nmg a h l\r\nmn\r\n`,
  `${SET}mg a O${'1'.repeat(31)}\r\nmg a O${'1'.repeat(32)}\r\nmg a P1 L2 v\r\nmg a P P\r\nmg ${LONG_KEY} v\r\nmg ${LONGEST_KEY} k\r\nmg a \x80\r\nmg a O\x80 k\r\n`,
  // A read that waits for one of its keys is not passed by the next read of another.
  [1, 2, 3, 4, 5, 6]
    .map((n) => `set a${n} 0 0 1\r\nx\r\nset b${n} 0 0 1\r\ny\r\nget b${n} a${n}\r\nmg a${n} h\r\n`)
    .join(''),
  // Leases and stale marks
  LEASES,
  `${SET}md a I T30 k O1\r\nmg a v t\r\nmg a v O3\r\nget b\r\nms a 1 T60\r\ny\r\nmg a v\r\nmg a R100 v\r\nmg a R100 v\r\n`,
  `${SET}ms a 1 C1 I\r\nz\r\nmg a v\r\nmg a v\r\nmg none R30 v\r\nmg none2 N-1 v\r\n`,
  // ms
  'ms a 1 k O1\r\nx\r\nms a 1 ME k O3\r\nx\r\nms z 1 MR k\r\nx\r\nms z 1 MA\r\nx\r\nms a 1 MA q\r\ny\r\nms a 1 MP\r\nw\r\nms a 1 MS F3\r\ns\r\nmg a v f\r\n',
  'ms a 1 ME q\r\nx\r\nms a 1 ME q k O2\r\nx\r\nms no 1 MR q\r\nx\r\nms a 1 C99999999 k O1\r\nx\r\nms no 1 C9 k\r\nx\r\nms a 1 C9 q\r\nx\r\nmn\r\n',
  'ms a x\r\nms a\r\nms a -1\r\nms a 3000000000\r\nms a 2147483646\r\nms a 01 \r\nx\r\nms a +1\r\nx\r\nms a 1\nx\r\nms a 0\r\n\r\nmg a v s\r\nms a S1\r\nx\r\n',
  'ms a 2\r\nxxx\r\nmn\r\nms a 1\r\nx\nmn\r\nmn\r\nms a 1 q\r\nxx\r\nmn\r\n',
  'ms a 1 M\r\nx\r\nms a 1 MQ\r\nx\r\nms a 1 MEE\r\nx\r\nms a 1 Me\r\nx\r\nms a 1 MQ Tx\r\nx\r\nms a 1 M Fx\r\nx\r\nms a 1 Fx M\r\nx\r\nmn\r\n',
  `ms ${LONG_KEY} 1\r\nx\r\nms ${LONG_KEY} 1 v v\r\nmd ${LONG_KEY}\r\nma ${LONG_KEY}\r\nme ${LONG_KEY}\r\nmn\r\n`,
  `${SET}ms a 2000000 k O1 q\r\n${'x'.repeat(2_000_000)}\r\nmg a v\r\nms a 2000000 MQ\r\n${'x'.repeat(2_000_000)}\r\nmn\r\n`,
  'ms b 17 k\r\nset x 0 0 1\r\nevil\r\nmg b v k\r\nget x\r\nms b 1 b\r\nx\r\nms b 3 k MA O1\r\nget\r\nmg b v\r\nmd b k\r\nmn\r\n',
  // md and ma
  `${SET}md a k O4\r\nmd a k O4\r\nmd a q\r\n${SET}md a q\r\n${SET}md a C5 k O2\r\nmd a C5 q\r\nmd a x\r\nmd a Tx\r\nmd a v t\r\nmn\r\n`,
  'ma n\r\nma n k O1 q\r\nma n N60 J13 v t k O2\r\nma n v\r\nma n D5 v t\r\nma n MD D3 v k O1\r\nma n M- D300 v\r\nma n M+ D2 v\r\nma n MI v\r\nma n q v\r\nma n q\r\nma n\r\nmn\r\n',
  `${SET}ma a\r\nma a q\r\nma a v O1\r\nma n Mx\r\nma n Mi\r\nma n MX q\r\nma n v v\r\nma no C1 v k O1\r\nma n N0 J18446744073709551615 v\r\nma n v\r\nma n MD v\r\nma n T60 t v\r\n`,
  // Keys in base64
  'ms AAEC 1 b\r\nx\r\nmg AAEC b v k f O1 s\r\nmg AAEC k O2 b t\r\nmg AAEC b O2 k t\r\nmd AAEC b k O3 q\r\nmg AAEC b k O5 v\r\nmg AAEC O3 b k\r\nmd AAEC k b O3\r\n',
  `${SET}mg YQ== b v k f\r\nmg YQ b\r\nmg !! b v\r\nmg YR== b k\r\nmg no== b k\r\nms AAEC 1 k b O1\r\nx\r\nms AAEC 1 b ME O1 k\r\nx\r\nma AAEC b k O1\r\nma AAEB k b O1 N0 v\r\nma AAEB O4 k b\r\n`,
  `ms ${'QUFB'.repeat(63)} 1 b\r\nmn\r\nms ${'QUFB'.repeat(62)} 1 b k\r\nx\r\nms !! 1 b q\r\nx\r\nms !! x b\r\nms !! 1 b Tx\r\nx\r\nms !! 1 Tx b\r\nx\r\nmd !! b\r\nma !! b\r\nmn\r\n`,
  // An opaque that is too long is what comes last of all that is wrong.
  ...['mg zz', 'md zz', 'ma zz', 'ms zz 1'].map((command) =>
    ['', 'q', 'v v', 'Tx', 'Cx', 'b', 'MQ', 'MEE', '~']
      .flatMap((flag) => [`${LONG_OPAQUE} ${flag}`, `${flag} ${LONG_OPAQUE}`])
      .map((flags) => `${command} ${flags}\r\n${command.startsWith('ms') ? 'x\r\n' : ''}mn\r\n`)
      .join(''),
  ),
  // Flags
  FLAGS,
  TOKENS.slice(0, 48).join(''),
  TOKENS.slice(48).join(''),
  ...[16, 17, 18].map((count) => {
    const flags = 'v f t c s k h l u C0 I P L T5 N5 R5 D1 J1'.split(' ').slice(0, count).join(' ');
    return `md zz ${flags}\r\nms zz 1 ${flags}\r\nma zz ${flags}\r\nmn\r\n`;
  }),
  'mg zz q q x\r\nmg zz Tx x\r\nmg zz x Tx\r\nmg zz Tx v v\r\nmg zz Dx Jx\r\nmg zz Jx Dx v\r\nmg zz Fx Tx\r\nmg zz Tx Fx\r\nmg zz Cx Fx v\r\nmg zz Tx M\r\nmg zz M Tx\r\n',
];

/** Classic commands that a proxy could leave out, and this one does not. */
export const MORE_SCRIPTS: readonly string[] = [
  `gat\r\ngats\r\ngat 0\r\ngats 1\r\ngat 0 a\r\ngat x a\r\n${SET}gat 60 a b a\r\ngats 60 a b\r\ngat 99999999999999999999 a\r\ngat -1 a\r\nget a\r\n`,
  `gat 0 ${LONG_KEY}\r\nmn\r\n${SET}bget a b\r\ngat 0 ${'a '.repeat(900)}\r\n`,
  `append a 0 0 1\r\nx\r\n${SET}append a 9 9 1\r\ny\r\nprepend a 0 0 1 noreply\r\nz\r\nget a\r\nappend a 0 0 2 foo\r\n..\r\nget a\r\n`,
  'append a x 0 1\r\nx\r\nappend a 0 x 1\r\nx\r\nappend a 0 0 -1\r\nprepend a 0 0 1\r\nxx\r\nappend a 0 0\r\nappend\r\n',
  `append ${LONG_KEY} 0 0 1\r\nx\r\n${SET}append a 0 0 2000000\r\n${'x'.repeat(2_000_000)}\r\nget a\r\n`,
  `${SET}append a 0 0 1048000\r\n${'x'.repeat(1_048_000)}\r\nget a\r\n`,
  `${SET}flush_all\r\nget a\r\n${SET}flush_all noreply\r\nget a\r\nflush_all x\r\nflush_all -1\r\nflush_all 0\r\nflush_all 1 2 3\r\nflush_all noreply x\r\nflush_all 0 noreply\r\nflush_all x noreply\r\nmn\r\n`,
  'stats foo\r\nstats reset\r\nstats reset x\r\nstats items\r\nstats sizes\r\nstats detail\r\nstats detail on\r\nstats detail dump\r\nstats detail off\r\nstats detail x\r\nstats cachedump\r\nstats cachedump 1\r\nstats cachedump 1 0\r\nstats noreply\r\n',
  'shutdown\r\nshutdown graceful\r\nshutdown x y\r\nmisbehave\r\nextstore\r\nquit noreply\r\nversion\r\n',
];
