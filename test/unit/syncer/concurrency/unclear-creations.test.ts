import { expect, it } from 'vitest';
import { UnclearCreations } from '../../../../syncer/concurrency/unclear-creations.ts';

function begin() {
  const clock = { nowMs: 0 };
  const unclear = new UnclearCreations({ monotonic: () => clock.nowMs });
  return { clock, unclear };
}

it('is unclear for as long as the API server can still store the Job', () => {
  const { clock, unclear } = begin();
  unclear.sent('a');
  expect([unclear.leftMs('a'), unclear.leftMs('b')]).toEqual([90_000, 0]);
  clock.nowMs = 89_999;
  expect(unclear.leftMs('a')).toBe(1);
  clock.nowMs = 90_001;
  expect(unclear.leftMs('a')).toBe(0);
});

it('begins again with the next creation that is not answered, and when another process has taken the place over', () => {
  const { clock, unclear } = begin();
  unclear.sent('a');
  clock.nowMs = 60_000;
  unclear.inherited('a');
  expect(unclear.leftMs('a', { isDeleted: true })).toBe(90_000);
  clock.nowMs = 80_000;
  expect(unclear.leftMs('a')).toBe(70_000);
  unclear.sent('a');
  expect(unclear.leftMs('a')).toBe(90_000);
  unclear.forget('a');
  expect(unclear.leftMs('a')).toBe(0);
});

it('is not unclear for a deleted run that another process gave its place', () => {
  const { unclear } = begin();
  unclear.sent('ours');
  unclear.inherited('theirs');
  const deleted = { isDeleted: true };
  expect([unclear.leftMs('ours', deleted), unclear.leftMs('theirs', deleted)]).toEqual([90_000, 0]);
  expect(unclear.leftMs('theirs')).toBe(90_000);
});
