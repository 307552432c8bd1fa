import { ReplyParser } from '../../src/protocol/reply-parser.ts';

/** What memcached 1.6.18 answered to one script of commands, as bytes. */
export const recordedReplies: Buffer = Buffer.from(
  [
    'VERSION 1.6.18\r\n',
    'HD O1\r\nNS O2\r\nEX O4\r\nNF O5\r\nVA 2 O8\r\n10\r\nEN\r\n',
    'VA 2 f0 c3 O12\r\n9 \r\nVA 0 f7 O13\r\n\r\nVA 6 f4294967295 c18446744073709551615 O14\r\nEN\r\nHD\r\n',
    'SERVER_ERROR object too large for cache\r\n',
    'CLIENT_ERROR cannot increment or decrement non-numeric value\r\n',
    'STAT pid 42\r\nSTAT version 1.6.18\r\nEND\r\nOK\r\nMN\r\n',
  ].join(''),
  'latin1',
);

/** The same replies as data. */
export const recordedMeaning: readonly string[] = [
  'VERSION 1.6.18',
  'HD O1',
  'NS O2',
  'EX O4',
  'NF O5',
  'VA O8 f-1 c- "10"',
  'EN',
  'VA O12 f0 c3 "9 "',
  'VA O13 f7 c- ""',
  'VA O14 f4294967295 c18446744073709551615 "EN\\r\\nHD"',
  'SERVER_ERROR object too large for cache',
  'CLIENT_ERROR cannot increment or decrement non-numeric value',
  'STAT pid 42',
  'STAT version 1.6.18',
  'END',
  'OK',
  'MN',
];

/** Parses chunks to one line of text per reply. */
export function parseAll(chunks: readonly Buffer[], maxValueBytes?: number): string[] {
  const replies: string[] = [];
  parseInto(replies, chunks, maxValueBytes);
  return replies;
}

/** As `parseAll`, and leaves in `replies` what came before an error. */
export function parseInto(replies: string[], chunks: readonly Buffer[], maxValueBytes = 1024 * 1024): void {
  const parser = new ReplyParser({
    maxValueBytes,
    onReply: ({ status, value, flags, cas, opaque, text }) => {
      const words: string[] = [status];
      if (opaque >= 0) words.push(`O${opaque}`);
      if (value !== undefined) words.push(`f${flags}`, `c${cas ?? '-'}`, JSON.stringify(value.toString('latin1')));
      if (text !== '') words.push(text);
      replies.push(words.join(' '));
    },
  });
  for (const chunk of chunks) parser.push(chunk);
}
