import { describe, expect, it } from 'vitest';

import { createNotices } from '../src/view/notices.ts';
import { showLive } from '../src/view/show.ts';

function outputOf(isTTY: boolean): { isTTY: boolean; text: string; write(text: string): void } {
  return {
    isTTY,
    text: '',
    write(text) {
      this.text += text;
    },
  };
}

describe('notices', () => {
  it('are written at once before and after the live view, and above it while it is drawn', async () => {
    const output = outputOf(true);
    const { say, leaveToView, take, flush } = createNotices(output);
    say('before');
    expect(output.text).toBe('before\n');
    leaveToView();
    say('killed');
    expect(output.text).toBe('before\n');
    const controller = new AbortController();
    const links = [{ from: 'east', to: 'west', state: undefined }];
    let drawn = 0;
    const sample = async () => {
      if (++drawn === 2) controller.abort();
      return { links, pools: [], queues: [], coupons: [] };
    };
    await showLive(sample, output, controller.signal, take);
    expect(output.text.replaceAll('\u001B[2K', '')).toBe('before\nkilled\neast → west      shipper down\n');
    say('late');
    flush();
    say('after');
    expect(output.text).toMatch(/late\nafter\n$/);
  });

  it('are written at once where there is no terminal', () => {
    const output = outputOf(false);
    const { say, leaveToView, take } = createNotices(output);
    leaveToView();
    say('killed');
    expect([output.text, take()]).toEqual(['killed\n', []]);
  });
});
