import { describe, expect, it } from 'vitest';
import { leaseName, readConfig } from '../../../syncer/config.ts';

describe('readConfig', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({
      HEALTH_PORT: 8081,
      HOST: '0.0.0.0',
      LEASE_NAME: 'job-template-run-syncer',
      LEADER_ELECTION: true,
      SHARDS: 1,
      SHARD: 0,
      WORKERS: 16,
      MISSING_TEMPLATE: 'Reject',
      MISSING_TEMPLATE_WAIT_SECONDS: 300,
      LOG_LEVEL: 'info',
    });
  });

  it('reads numbers and booleans from the environment, and takes an empty variable for an absent one', () => {
    expect(readConfig({ WORKERS: '4', LEADER_ELECTION: 'false', MISSING_TEMPLATE: '', PATH: '/bin' })).toMatchObject({
      WORKERS: 4,
      LEADER_ELECTION: false,
      MISSING_TEMPLATE: 'Reject',
    });
  });

  it('tells every mistake at once', () => {
    expect(() =>
      readConfig({ WORKERS: '0', MISSING_TEMPLATE: 'Maybe', LEADER_ELECTION: 'perhaps' }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ConfigError: LEADER_ELECTION="perhaps" must be boolean; WORKERS="0" must be >= 1; MISSING_TEMPLATE="Maybe" must be equal to one of the allowed values: Reject, Wait, Fail]`,
    );
  });

  it('refuses a shard that there is not, and gives each its own lease', () => {
    expect(() => readConfig({ SHARDS: '2', SHARD: '2' })).toThrow('SHARD=2 must be below SHARDS=2: the first is 0');
    expect(leaseName(readConfig({ LEASE_NAME: 'a', SHARDS: '2', SHARD: '1' }))).toBe('a-1');
    expect(leaseName(readConfig({ LEASE_NAME: 'a' }))).toBe('a');
  });

  it('refuses lease times that would let two lead at once', () => {
    expect(() => readConfig({ LEASE_DURATION_SECONDS: '10' })).toThrow(
      'LEASE_DURATION_SECONDS=10 must be above RENEW_DEADLINE_SECONDS=10, and that above 1.2 × RETRY_PERIOD_SECONDS=2',
    );
    expect(
      readConfig({ LEASE_DURATION_SECONDS: '3', RENEW_DEADLINE_SECONDS: '2', RETRY_PERIOD_SECONDS: '0.5' }),
    ).toMatchObject({ LEASE_DURATION_SECONDS: 3, RENEW_DEADLINE_SECONDS: 2, RETRY_PERIOD_SECONDS: 0.5 });
  });
});
