import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { ConfigError, logLevel, oneOf, port, readEnvironment } from '../../../../kube/process/environment.ts';

const SCHEMA = Type.Object({
  HEALTH_PORT: port(8080),
  TLS_CERT_FILE: Type.String({ minLength: 1, default: '/tls/tls.crt' }),
  DRY_RUN: Type.Boolean({ default: true }),
  DRAIN_SECONDS: Type.Number({ minimum: 0, default: 30 }),
  POLICY: oneOf(['Reject', 'Wait'], 'Reject'),
  LOG_LEVEL: logLevel(),
});

describe('readEnvironment', () => {
  it('returns the default of each absent variable, by its camelCase name', () => {
    expect(readEnvironment(SCHEMA, {})).toEqual({
      healthPort: 8080,
      tlsCertFile: '/tls/tls.crt',
      dryRun: true,
      drainSeconds: 30,
      policy: 'Reject',
      logLevel: 'info',
    });
  });

  it('converts numbers and booleans', () => {
    const environment = { HEALTH_PORT: '0', DRY_RUN: 'false', DRAIN_SECONDS: '0.5', POLICY: 'Wait' };
    expect(readEnvironment(SCHEMA, environment)).toMatchObject({
      healthPort: 0,
      dryRun: false,
      drainSeconds: 0.5,
      policy: 'Wait',
    });
  });

  it('treats an empty variable as absent, and ignores unknown variables', () => {
    expect(readEnvironment(SCHEMA, { HEALTH_PORT: '', TLS_CERT_FILE: '', PATH: '/bin' })).toEqual(
      readEnvironment(SCHEMA, {}),
    );
  });

  it('does not change the environment', () => {
    const environment = Object.freeze({ HEALTH_PORT: '1' });
    readEnvironment(SCHEMA, environment);
    expect(environment).toEqual({ HEALTH_PORT: '1' });
  });

  it('reports every mistake, one per line', () => {
    const read = () => readEnvironment(SCHEMA, { HEALTH_PORT: 'https', DRAIN_SECONDS: '-1', POLICY: 'reject' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(
      [
        'environment variable HEALTH_PORT="https" must be integer',
        'environment variable DRAIN_SECONDS="-1" must be >= 0',
        'environment variable POLICY="reject" must be equal to one of the allowed values: Reject, Wait',
      ].join('\n'),
    );
  });
});
