import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Drain } from '../../../../webhook/server/drain.ts';

let drain: Drain;

beforeEach(() => {
  vi.useFakeTimers();
  drain = new Drain();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Starts the drain. The returned function reports whether it has finished. */
function run(): () => boolean {
  let finished = false;
  void drain.run({ quietMs: 100, maxMs: 1000 }).then(() => {
    finished = true;
  });
  return () => finished;
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('has not started before it runs', () => {
  expect(drain.started).toBe(false);
  run();
  expect(drain.started).toBe(true);
});

test('finishes once no request has arrived for a while', async () => {
  const finished = run();
  await pass(99);
  expect(finished()).toBe(false);
  await pass(1);
  expect(finished()).toBe(true);
});

test('waits for a request that started before it', async () => {
  drain.requestStarted();
  const finished = run();
  await pass(500);
  drain.requestFinished();
  await pass(99);
  expect(finished()).toBe(false);
  await pass(1);
  expect(finished()).toBe(true);
});

test('waits again after each request', async () => {
  const finished = run();
  for (let request = 0; request < 3; request += 1) {
    await pass(90);
    drain.requestStarted();
    drain.requestFinished();
  }
  await pass(99);
  expect(finished()).toBe(false);
  await pass(1);
  expect(finished()).toBe(true);
});

test('does not wait longer than its maximum, and leaves no timer', async () => {
  drain.requestStarted();
  const finished = run();
  await pass(999);
  expect(finished()).toBe(false);
  await pass(1);
  expect(finished()).toBe(true);
  drain.requestFinished();
  expect(vi.getTimerCount()).toBe(0);
});
