import { once } from 'node:events';

import { describe, expect, it } from 'vitest';

import { createExactSignal } from '../../src/lease/exact-signal.ts';

describe('an exact signal', () => {
  it('asks for its reason whenever somebody looks', () => {
    let reason: Error | undefined;
    const { signal } = createExactSignal(() => reason);
    expect(signal.aborted).toBe(false);
    signal.throwIfAborted();
    reason = new Error('over');
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe(reason);
    expect(() => signal.throwIfAborted()).toThrow('over');
  });

  it('throws and tells its reason without that anybody has looked at aborted', () => {
    const reason = new Error('over');
    expect(() => createExactSignal(() => reason).signal.throwIfAborted()).toThrow('over');
    expect(createExactSignal(() => reason).signal.reason).toBe(reason);
  });

  it('tells its listeners once, in the moment in which somebody looks', () => {
    let reason: Error | undefined;
    const { signal, look } = createExactSignal(() => reason);
    const heard: unknown[] = [];
    signal.addEventListener('abort', () => heard.push(signal.reason));
    look();
    expect(heard).toEqual([]);
    reason = new Error('over');
    look();
    look();
    expect(heard).toEqual([reason]);
  });

  it('keeps its first reason', () => {
    let reason: Error | undefined = new Error('first');
    const { signal } = createExactSignal(() => reason);
    expect(signal.reason).toBe(reason);
    reason = undefined;
    expect(signal.aborted).toBe(true);
    expect((signal.reason as Error).message).toBe('first');
  });

  it('is an AbortSignal for everything that takes one', async () => {
    let reason: Error | undefined;
    const { signal, look } = createExactSignal(() => reason);
    const any = AbortSignal.any([signal]);
    const waiting = once(new EventTarget(), 'never', { signal });
    expect(signal).toBeInstanceOf(AbortSignal);
    reason = new Error('over');
    look();
    await expect(waiting).rejects.toThrow('aborted');
    expect(any.aborted).toBe(true);
  });
});
