import { describe, expect, it } from 'vitest';
import { leaseName, readConfig } from '../../../syncer/config.ts';

describe('readConfig', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({
      healthPort: 8081,
      host: '::',
      leaseName: 'job-template-run-syncer',
      leaderElection: true,
      shards: 1,
      shard: 0,
      workers: 16,
      missingTemplate: 'Reject',
      missingTemplateWaitSeconds: 300,
      failurePolicy: 'Fail',
      readPods: true,
      readEvents: true,
      readLogEnds: true,
      logLevel: 'info',
    });
  });

  it('reads numbers and booleans from the environment, and treats an empty variable as absent', () => {
    expect(readConfig({ WORKERS: '4', LEADER_ELECTION: 'false', MISSING_TEMPLATE: '', PATH: '/bin' })).toMatchObject({
      workers: 4,
      leaderElection: false,
      missingTemplate: 'Reject',
    });
  });

  it('reads which callbacks are permitted, and rejects what is no host', () => {
    expect(readConfig({})).toMatchObject({ callbackAllowedHosts: '', callbackAllowHttp: false, callbackCaBundle: '' });
    expect(readConfig({ CALLBACK_ALLOWED_HOSTS: '*.example.com' })).toMatchObject({
      callbackAllowedHosts: '*.example.com',
    });
    expect(() => readConfig({ CALLBACK_ALLOWED_HOSTS: '*' })).toThrow('CALLBACK_ALLOWED_HOSTS="*"');
  });

  it('reads when finished runs are removed; by default, never', () => {
    expect(readConfig({}).retentionTtlSecondsAfterFinished).toBeUndefined();
    const limits = { RETENTION_SUCCESSFUL_RUNS_HISTORY_LIMIT: '0', RETENTION_FAILED_RUNS_HISTORY_LIMIT: '3' };
    expect(readConfig({ ...limits, RETENTION_TTL_SECONDS_AFTER_FINISHED: '60' })).toMatchObject({
      retentionTtlSecondsAfterFinished: 60,
      retentionSuccessfulRunsHistoryLimit: 0,
      retentionFailedRunsHistoryLimit: 3,
    });
    expect(() => readConfig({ RETENTION_FAILED_RUNS_HISTORY_LIMIT: '-1' })).toThrow('must be >= 0');
  });

  it('reports every mistake at once', () => {
    expect(() => readConfig({ WORKERS: '0', MISSING_TEMPLATE: 'Maybe', LEADER_ELECTION: 'perhaps' })).toThrow(
      [
        'environment variable LEADER_ELECTION="perhaps" must be boolean',
        'environment variable WORKERS="0" must be >= 1',
        'environment variable MISSING_TEMPLATE="Maybe" must be equal to one of the allowed values: Reject, Wait, Fail',
      ].join('\n'),
    );
  });

  it('reports wrong lease times and a wrong shard together', () => {
    expect(() => readConfig({ SHARDS: '2', SHARD: '2', LEASE_DURATION_SECONDS: '10' })).toThrow(
      /^environment variable LEASE_DURATION_SECONDS=10 must .+\nenvironment variable SHARD=2 must /,
    );
  });

  it('rejects a shard that does not exist, and gives each its own lease', () => {
    expect(() => readConfig({ SHARDS: '2', SHARD: '2' })).toThrow('SHARD=2 must be below SHARDS=2: the first is 0');
    expect(leaseName(readConfig({ LEASE_NAME: 'a', SHARDS: '2', SHARD: '1' }))).toBe('a-1');
    expect(leaseName(readConfig({ LEASE_NAME: 'a' }))).toBe('a');
  });

  it('rejects lease times that would allow two leaders at once', () => {
    expect(() => readConfig({ LEASE_DURATION_SECONDS: '10' })).toThrow(
      'LEASE_DURATION_SECONDS=10 must be above RENEW_DEADLINE_SECONDS=10, and that above 1.2 × RETRY_PERIOD_SECONDS=2',
    );
    expect(
      readConfig({ LEASE_DURATION_SECONDS: '3', RENEW_DEADLINE_SECONDS: '2', RETRY_PERIOD_SECONDS: '0.5' }),
    ).toMatchObject({ leaseDurationSeconds: 3, renewDeadlineSeconds: 2, retryPeriodSeconds: 0.5 });
  });
});
