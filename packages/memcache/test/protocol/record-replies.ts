import { once } from 'node:events';
import { connect } from 'node:net';

interface Place {
  readonly host: string;
  readonly port: number;
}

/** One command of a recorded exchange. */
export interface Recorded {
  readonly command: string;
  /** Every byte that the server sent for it, several replies where it sends several. */
  readonly bytes: Buffer;
}

/** Sends `commands` over a raw socket, one after another, each with an `mn` behind it that shows where its replies end. */
export async function recordReplies({ host, port }: Place, commands: readonly string[]): Promise<Recorded[]> {
  const socket = connect(port, host);
  await once(socket, 'connect');
  const recorded: Recorded[] = [];
  for (const command of commands) {
    socket.write(`${command}\r\nmn\r\n`, 'latin1');
    let bytes: Buffer = Buffer.alloc(0);
    while (!endsWithBarrier(bytes)) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      bytes = Buffer.concat([bytes, chunk]);
    }
    recorded.push({ command, bytes: bytes.subarray(0, bytes.length - 'MN\r\n'.length) });
  }
  socket.destroy();
  return recorded;
}

function endsWithBarrier(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.toString('latin1', bytes.length - 4) === 'MN\r\n';
}

/** A value with everything in it that could be taken for the end of one. */
export const trickyValue = 'EN\r\nVA 3 f0 O1\r\nabc\r\nEND\r\nVALUE a 0 1\r\nx\r\n';

/** A script that makes memcached say nearly everything it can say. */
export const everyReply: readonly string[] = [
  'version',
  'mg a v f O1',
  'ms a 5 T60 F7 O2\r\nhello',
  'ms empty 0 O3\r\n',
  `ms tricky ${trickyValue.length} F4294967295 O4\r\n${trickyValue}`,
  `ms large 9000 O5\r\n${'L'.repeat(9000)}`,
  'mg a v f O6',
  'mg a v f c t O7',
  'mg empty v f O8',
  'mg tricky v f c O9',
  'mg large v f O10',
  'mg a T90 O11',
  'ms a 1 ME O12\r\nx',
  'ms a 5 C1 O13\r\nworld',
  'ms none 1 MR O14\r\nx',
  'ms a 2 MA O15\r\n!!',
  'md none O16',
  'ms n 2 O17\r\n10',
  'ma n D5 v O18',
  'ma n MD D1 v O19',
  'ma none v O20',
  'ma a v O21',
  'mg lease N30 v f c t O22',
  'mg lease N30 v f c t O23',
  'md a I T30 O24',
  'mg a v f c t O25',
  'mg a v f c t O26',
  'md tricky O27',
  'get a empty n none large',
  'get none',
  'stats',
  'mg broken v f O28 C',
  'nonsense',
  `ms toolarge ${1024 * 1024 + 1} O29\r\n${'T'.repeat(1024 * 1024 + 1)}`,
  'flush_all',
  'md a q',
];
