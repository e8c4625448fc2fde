import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobName } from '../../../../core/job/job-name.ts';

const UID = '6e0c2f0e-5a0c-4a6b-8d34-0d7f0b8a4a11';

describe('jobName', () => {
  it.each([
    ['keeps a short name and adds 8 hex digits of the uid', 'echo-hello', /^echo-hello-[0-9a-f]{8}$/],
    ['makes a valid label of a dotted name', 'nightly.2026.11', /^nightly-2026-11-[0-9a-f]{8}$/],
    ['cuts a name of 253 characters', 'a'.repeat(253), /^a{48}-[0-9a-f]{8}$/],
    ['leaves no double dash if it cuts at a dash', `${'a'.repeat(47)}-${'b'.repeat(9)}`, /^a{47}-[0-9a-f]{8}$/],
    ['still gives a Job name to a run without a name', '', /^job-[0-9a-f]{8}$/],
  ])('%s', (_sentence, name, expected) => {
    expect(jobName(name, UID)).toMatch(expected);
  });

  it('reads no more than the longest valid name', () => {
    expect(jobName(`${'-'.repeat(253)}a`, UID)).toBe(jobName('', UID));
    expect(jobName('a'.repeat(2 ** 20), UID)).toBe(jobName('a'.repeat(253), UID));
  });

  it('is always the same for one run', () => {
    expect(jobName('echo', UID)).toBe(jobName('echo', UID));
    expect(jobName('echo', UID)).toMatchInlineSnapshot(`"echo-bfa679ea"`);
  });

  it('differs for a recreated run of the same name', () => {
    expect(jobName('echo', UID)).not.toBe(jobName('echo', UID.replace('6', '7')));
  });

  it('is a DNS label with room for an index, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.uuid(), (name, uid) => {
        const result = jobName(name, uid);
        expect(result).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
        expect(`${result}-99999`.length).toBeLessThanOrEqual(63);
      }),
    );
  });
});
