import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { KubeConnectionError } from '../../../../kube/client/api-error.ts';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { LeaderElection, LeadershipLostError } from '../../../../kube/controller/leader-election.ts';
import type { Clock } from '../../../../kube/controller/leader-election.ts';
import { LeaseStore } from './lease-store.ts';

/** Time that passes only when a test advances it. */
class FakeClock implements Clock {
  now = 1_000_000;
  /** How much too early timers fire, as real timers may. */
  earlyMs = 0;
  #sleepers: { at: number; wake: () => void }[] = [];

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  monotonic = (): number => this.now;

  sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const sleeper = { at: this.now + ms - this.earlyMs, wake: resolve };
      this.#sleepers.push(sleeper);
      signal.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        resolve();
      });
    });

  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    await settled();
    for (;;) {
      const next = this.#sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      this.now = Math.max(this.now, next.at);
      next.wake();
      await settled();
    }
    this.now = end;
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function candidate(store: LeaseStore, clock: FakeClock, identity: string, state = {}): LeaderElection {
  return electionOf(store.clientOf(identity, state), clock, identity);
}

function electionOf(client: ReturnType<LeaseStore['clientOf']>, clock: FakeClock, identity: string): LeaderElection {
  return new LeaderElection({
    client,
    namespace: 'default',
    name: 'syncer',
    identity,
    logger: pino({ level: 'silent' }),
    clock,
  });
}

describe('LeaderElection', () => {
  it('leads immediately if there is no leader', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const a = candidate(store, clock, 'a');
    a.start();
    await a.whenLeading();
    expect(a.isLeader).toBe(true);
    expect(store.lease?.spec).toMatchObject({ holderIdentity: 'a', leaseTransitions: 0, leaseDurationSeconds: 15 });
    await a.stop();
  });

  it('lets one lead, and the other wait as long as the first renews', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const a = candidate(store, clock, 'a');
    const b = candidate(store, clock, 'b');
    a.start();
    await a.whenLeading();
    b.start();
    await clock.advance(120_000);
    expect([a.isLeader, b.isLeader]).toEqual([true, false]);
    expect(store.writes.every(({ by }) => by === 'a')).toBe(true);
    await Promise.all([a.stop(), b.stop()]);
  });

  it('renews without reading the lease, and reads it if someone changed or deleted it', async () => {
    const [store, clock] = [new LeaseStore(), new FakeClock()];
    const a = candidate(store, clock, 'a');
    a.start();
    await a.whenLeading();
    const before = store.reads;
    await clock.advance(20_000);
    expect(store.writes.length).toBeGreaterThan(9);
    expect(store.reads).toBe(before);
    // Only the next renewal wakes it.
    expect(clock.sleeping).toBe(1);

    store.lease = { ...store.lease!, metadata: { ...store.lease!.metadata, resourceVersion: 'labelled' } };
    await clock.advance(2_000);
    expect(store.reads).toBe(before + 1);
    store.lease = undefined;
    await clock.advance(2_000);
    expect(store.lease).toMatchObject({ spec: { holderIdentity: 'a' } });
    expect(a.isLeader).toBe(true);
    await a.stop();
  });

  it('takes over a lease that was not renewed for its duration, measured by its own clock only', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    // A renewTime far in the past or future, from a wrong clock, is ignored.
    store.lease = {
      metadata: { resourceVersion: '0' },
      spec: {
        holderIdentity: 'dead',
        leaseDurationSeconds: 15,
        leaseTransitions: 4,
        renewTime: '2001-01-01T00:00:00.000000Z',
      },
    };
    const b = candidate(store, clock, 'b');
    b.start();
    await clock.advance(14_900);
    expect(b.isLeader).toBe(false);
    await clock.advance(3_000);
    expect(b.isLeader).toBe(true);
    expect(store.lease.spec?.leaseTransitions).toBe(5);
    await b.stop();
  });

  it('loses the lease after ten seconds without a renewal, before another may take over', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const state = { away: false };
    const a = candidate(store, clock, 'a', state);
    const b = candidate(store, clock, 'b');
    a.start();
    await a.whenLeading();
    b.start();
    await clock.advance(5_000);
    state.away = true;
    let lostAt = 0;
    let tookOverAt = 0;
    a.lost.addEventListener('abort', () => (lostAt = clock.now));
    void b.whenLeading().then(() => (tookOverAt = clock.now));
    const cutAt = clock.now;
    await clock.advance(30_000);
    expect(a.lost.reason).toBeInstanceOf(LeadershipLostError);
    expect(lostAt - cutAt).toBeLessThanOrEqual(10_000);
    expect(tookOverAt).toBeGreaterThan(lostAt);
    expect(() => {
      a.assertHeld();
    }).toThrow(LeadershipLostError);
    state.away = false;
    await clock.advance(30_000);
    expect(store.writes.at(-1)?.by).toBe('b');
    await Promise.all([a.stop(), b.stop()]);
  });

  it('loses the lease in time even if the API server hangs', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const state = { hangs: false };
    const a = candidate(store, clock, 'a', state);
    a.start();
    await a.whenLeading();
    state.hangs = true;
    await clock.advance(12_000);
    expect(a.lost.aborted).toBe(true);
  });

  it('keeps the lease if one renewal hangs: it is aborted in time for another, which follows immediately', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const healthy = store.clientOf('a');
    let renewals = 0;
    const replace: KubeClient['replace'] = async (resource, key, body, options) => {
      renewals += 1;
      if (renewals > 1) return healthy.replace(resource, key, body, options);
      await clock.sleep(options!.timeoutMs!, options!.signal!);
      throw new KubeConnectionError('no answer');
    };
    const a = electionOf({ ...healthy, replace }, clock, 'a');
    a.start();
    await a.whenLeading();
    await clock.advance(6_999);
    expect(renewals).toBe(1);
    await clock.advance(1);
    expect(renewals).toBe(2);
    await clock.advance(30_000);
    expect(a.isLeader).toBe(true);
    expect(a.lost.aborted).toBe(false);
    await a.stop();
  });

  it('loses the lease at the deadline even if the timer fires a little early', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    clock.earlyMs = 0.5;
    const state = { hangs: false };
    const a = candidate(store, clock, 'a', state);
    a.start();
    await a.whenLeading();
    state.hangs = true;
    await clock.advance(10_001);
    expect(a.lost.aborted).toBe(true);
  });

  it('forbids writes after a pause of the whole process, before any timer has fired', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const a = candidate(store, clock, 'a');
    a.start();
    await a.whenLeading();
    clock.now += 60_000;
    expect(() => {
      a.assertHeld();
    }).toThrow(LeadershipLostError);
    expect(a.lost.aborted).toBe(false);
    await a.stop();
  });

  it('releases the lease when it stops, so that the next candidate leads at its next attempt', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const a = candidate(store, clock, 'a');
    const b = candidate(store, clock, 'b');
    a.start();
    await a.whenLeading();
    b.start();
    await clock.advance(1_000);
    await a.stop();
    expect(store.lease?.spec?.holderIdentity).toBe('');
    await clock.advance(2_500);
    expect(b.isLeader).toBe(true);
    await b.stop();
  });

  it('does not touch a lease that another process took over', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    const a = candidate(store, clock, 'a');
    a.start();
    await a.whenLeading();
    store.lease = { metadata: { resourceVersion: '99' }, spec: { holderIdentity: 'b', leaseDurationSeconds: 15 } };
    await clock.advance(2_100);
    expect(a.lost.aborted).toBe(true);
    await a.stop();
    expect(store.lease.spec?.holderIdentity).toBe('b');
  });

  it('does not lead if it was stopped before', async () => {
    const store = new LeaseStore();
    const clock = new FakeClock();
    store.lease = { metadata: { resourceVersion: '0' }, spec: { holderIdentity: 'other', leaseDurationSeconds: 15 } };
    const a = candidate(store, clock, 'a');
    a.start();
    await settled();
    await a.stop();
    await expect(a.whenLeading()).rejects.toThrow(LeadershipLostError);
  });
});
