import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/wire.ts';
import { guardedHandlers } from '../../../../kube/watch/guarded-handlers.ts';

const [a, b]: KubeObject[] = [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }];

describe('guardedHandlers', () => {
  it('pass on their arguments', () => {
    const calls: unknown[][] = [];
    const note = (...args: unknown[]): void => void calls.push(args);
    const guarded = guardedHandlers({ onAdd: note, onUpdate: note, onDelete: note }, pino({ level: 'silent' }));
    guarded.onAdd?.(a!);
    guarded.onUpdate?.(a!, b!);
    guarded.onDelete?.(b!, 'missed');
    expect(calls).toEqual([[a], [a, b], [b, 'missed']]);
  });

  it('do nothing if no handler was given', () => {
    const guarded = guardedHandlers({}, pino({ level: 'silent' }));
    expect(() => guarded.onAdd?.(a!)).not.toThrow();
  });

  it.each(['onAdd', 'onUpdate', 'onDelete'] as const)('log what %s throws', (name) => {
    const log: string[] = [];
    const bug = (): void => {
      throw new Error(`bug in ${name}`);
    };
    const guarded = guardedHandlers({ [name]: bug }, pino({}, { write: (line: string) => log.push(line) }));
    const call = guarded[name] as ((...args: unknown[]) => void) | undefined;
    expect(() => call?.(a, b)).not.toThrow();
    expect(log.join()).toContain(`bug in ${name}`);
  });
});
