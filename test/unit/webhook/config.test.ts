import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../webhook/config.ts';

describe('readConfig', () => {
  it('has a default for everything', () => {
    expect(readConfig({ PATH: '/bin' })).toEqual({
      host: '::',
      port: 9443,
      healthPort: 8080,
      tlsCertFile: '/tls/tls.crt',
      tlsKeyFile: '/tls/tls.key',
      clientCaFile: '',
      validatingWebhookConfiguration: '',
      mutatingWebhookConfiguration: '',
      missingTemplate: 'Reject',
      authorizationMode: 'Namespace',
      policies: false,
      podNamespace: 'default',
      dryRun: true,
      dryRunReuseSeconds: 10,
      warnMissing: [],
      callbackAllowedHosts: '',
      callbackAllowHttp: false,
      callbackSecrets: '',
      logLevel: 'info',
      drainSeconds: 30,
    });
  });

  it('uses the variables that are set, and treats an empty variable as absent', () => {
    const config = readConfig({ PORT: '10250', MISSING_TEMPLATE: 'Wait', HEALTH_PORT: '' });
    expect(config).toMatchObject({ port: 10250, missingTemplate: 'Wait', healthPort: 8080 });
  });

  it.each([
    ['Secret', ['Secret']],
    ['Secret,ConfigMap,PriorityClass', ['Secret', 'ConfigMap', 'PriorityClass']],
  ])('reads a list of kinds: %s', (text, kinds) => {
    expect(readConfig({ WARN_MISSING: text }).warnMissing).toEqual(kinds);
  });

  it('reads which callbacks are permitted, and rejects what is no host', () => {
    const hosts = 'hooks.example.com,*.{namespace}.svc.cluster.local';
    expect(readConfig({ CALLBACK_ALLOWED_HOSTS: hosts, CALLBACK_ALLOW_HTTP: 'true' })).toMatchObject({
      callbackAllowedHosts: hosts,
      callbackAllowHttp: true,
    });
    expect(() => readConfig({ CALLBACK_ALLOWED_HOSTS: 'https://example.com' })).toThrow('CALLBACK_ALLOWED_HOSTS=');
  });

  it.each(['Pod', 'Secret,', 'Secret;ConfigMap'])('rejects WARN_MISSING=%s', (text) => {
    expect(() => readConfig({ WARN_MISSING: text })).toThrow(
      `environment variable WARN_MISSING="${text}" must match pattern`,
    );
  });

  it('reports all wrong variables at once', () => {
    expect(() => readConfig({ PORT: 'https', DRAIN_SECONDS: '-1', MISSING_TEMPLATE: 'reject' })).toThrow(
      [
        'environment variable PORT="https" must be integer',
        'environment variable MISSING_TEMPLATE="reject" must be equal to one of the allowed values: Reject, Wait, Fail',
        'environment variable DRAIN_SECONDS="-1" must be >= 0',
      ].join('\n'),
    );
  });
});
