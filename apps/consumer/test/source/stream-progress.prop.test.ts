import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { StreamProgress } from '../../src/source/stream/stream-progress.ts';
import { messageOf } from '../fixtures/message-of.ts';

/** What a server knows after it was told a step. */
interface Server {
  cursor: string;
  passed: number;
  done: Set<string>;
}

function tell(server: Server, progress: StreamProgress): void {
  const { cursor, passed, added, removed } = progress.take();
  server.cursor = cursor;
  server.passed = passed;
  for (const id of added) server.done.add(id);
  for (const id of removed) server.done.delete(id);
}

const idOf = (place: number): string => `${place}-0`;

describe('the progress of a stream', () => {
  it('is told so that the next leader gets exactly what was not done, in order (law)', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('read' as const), count: fc.integer({ min: 1, max: 4 }) }),
        fc.record({ kind: fc.constant('done' as const), which: fc.nat(20) }),
        // The server knows of it, or it was refused, before it is done.
        fc.record({ kind: fc.constant('buried' as const), which: fc.nat(20), isHeard: fc.boolean() }),
        fc.record({ kind: fc.constant('tell' as const) }),
        fc.record({ kind: fc.constant('restart' as const) }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (plan) => {
        const server: Server = { cursor: '0-0', passed: 0, done: new Set() };
        const done = new Set<string>();
        let [progress, open, read] = [new StreamProgress({ ...server, done: [] }), [] as string[], 0];
        for (const step of plan) {
          if (step.kind === 'read') {
            const messages = Array.from({ length: step.count }, (_, at) => messageOf(idOf(read + at + 1)));
            read += step.count;
            open.push(...progress.add(messages).map(({ id }) => id));
          } else if (step.kind === 'done' && open.length > 0) {
            const [id] = open.splice(step.which % open.length, 1);
            done.add(id!);
            progress.done(id!);
          } else if (step.kind === 'buried' && open.length > 0) {
            const [id] = open.splice(step.which % open.length, 1);
            progress.expectKnown(id!);
            if (step.isHeard) server.done.add(id!);
            done.add(id!);
            progress.done(id!);
          } else if (step.kind === 'tell') {
            tell(server, progress);
          } else if (step.kind === 'restart') {
            tell(server, progress);
            const position = { cursor: server.cursor, passed: server.passed, done: [...server.done] };
            [progress, open, read] = [new StreamProgress(position), [], Number(server.cursor.split('-')[0])];
          }
        }
        tell(server, progress);
        expect(progress.hasNews).toBe(false);
        const after = Number(server.cursor.split('-')[0]);
        expect(server.passed).toBe(after);
        for (let place = 1; place <= after; place++) expect(done.has(idOf(place))).toBe(true);
        expect(done.has(idOf(after + 1)) && read > after).toBe(false);
        expect([...server.done].toSorted()).toEqual(
          [...done].filter((id) => Number(id.split('-')[0]) > after).toSorted(),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('skips entries that were removed before they were read', () => {
    const progress = new StreamProgress({ cursor: '1-0', passed: 1, done: [] });
    progress.skip(3);
    progress.add([messageOf('5-0')]);
    progress.done('5-0');
    expect([progress.take(), progress.seen]).toEqual([{ cursor: '5-0', passed: 5, added: [], removed: [] }, 5]);
  });
});
