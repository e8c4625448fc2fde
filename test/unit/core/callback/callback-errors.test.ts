import { describe, expect, it } from 'vitest';
import type { JobRunSpec } from '../../../../api/job-run.ts';
import { callbackErrors, callbackWarnings, templateCallbackErrors } from '../../../../core/callback/callback-errors.ts';
import { callbackPolicyOf, type CallbackPolicy } from '../../../../core/callback/callback-policy.ts';
import { formatFieldError } from '../../../../core/errors/field-error.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const POLICY: CallbackPolicy = {
  allowedHosts: ['hooks.example.com', '*.{namespace}.svc.cluster.local'],
  allowHttp: false,
  secrets: ['team/callback', 'other/elsewhere'],
};
const errorsOf = (spec: Partial<JobRunSpec>, policy: Partial<CallbackPolicy> = {}): string[] =>
  callbackErrors(echoRun(spec), { ...POLICY, ...policy }).map(formatFieldError);
const URL_FIELD = 'https://hooks.example.com/done';

describe('a callback is permitted', () => {
  it.each<[string, Partial<JobRunSpec>]>([
    ['if there is none', {}],
    ['to a host of the list', { callbackUrl: 'https://hooks.example.com:8443/done?run=1#x' }],
    ['to a host in capitals', { callbackUrl: 'HTTPS://HOOKS.example.com' }],
    ['to a Service of the namespace', { callbackUrl: 'https://receiver.team.svc.cluster.local/' }],
    ['if the run clears that of the template', { callbackUrl: '' }],
    ['with a token', { callbackUrl: URL_FIELD, callbackToken: 'abc' }],
    ['with a Secret', { callbackUrl: URL_FIELD, callbackTokenSecretRef: { name: 'callback', key: 'token' } }],
  ])('%s', (_, spec) => {
    expect(errorsOf(spec)).toEqual([]);
  });

  it('over http, if the administrator allows it', () => {
    expect(errorsOf({ callbackUrl: 'http://hooks.example.com' }, { allowHttp: true })).toEqual([]);
  });
});

describe('a callback is refused', () => {
  it('while no host is permitted, with the name of the value of the chart', () => {
    expect(errorsOf({ callbackUrl: URL_FIELD }, { allowedHosts: [] })).toEqual([
      'spec.callbackUrl: Forbidden: no callbacks are permitted: the administrator of the cluster permits them by host, with the chart value callbacks.allowedHosts',
    ]);
    expect(errorsOf({}, { allowedHosts: [] })).toEqual([]);
  });

  it.each([
    ['https://evil.example.org/', /Unsupported value: "evil.example.org": supported values: "hooks.example.com"/],
    ['https://receiver.other.svc.cluster.local/', /Unsupported value/],
    ['https://hooks.example.com./', /Unsupported value: "hooks.example.com."/],
    ['http://hooks.example.com/', /"http:": must be an https URL; the chart value callbacks.allowHttp permits http$/],
    ['ftp://hooks.example.com/', /"ftp:": must be an https URL$/],
    ['file:///etc/passwd', /"file:"/],
    ['https://jane:secret@hooks.example.com/', /must have no user name and no password/],
    ['https://jane@hooks.example.com/', /must have no user name and no password/],
    ['hooks.example.com', /must be an absolute URL, such as/],
    ['https://', /must be an absolute URL, such as/],
    ['https://127.0.0.1/', /"127.0.0.1": must have the name of a host, not an IP address/],
    ['https://8.8.8.8/', /not an IP address/],
    ['https://127.1/', /"127.0.0.1": must have the name/],
    ['https://2130706433/', /"127.0.0.1": must have the name/],
    ['https://0x7f.0.0.1/', /"127.0.0.1": must have the name/],
    ['https://0177.0.0.1/', /"127.0.0.1": must have the name/],
    ['https://[::1]/', /"\[::1\]": must have the name/],
    ['https://[::ffff:127.0.0.1]/', /"\[::ffff:7f00:1\]": must have the name/],
  ])('to %s', (callbackUrl, expected) => {
    const [first = ''] = errorsOf({ callbackUrl });
    expect(first).toMatch(/^spec\.callbackUrl: /);
    expect(first).toMatch(expected);
    expect(first).not.toMatch(/secret/);
  });

  it.each<[string, Partial<JobRunSpec>, string]>([
    [
      'with a token and no URL',
      { callbackToken: 'a' },
      'spec.callbackUrl: Required value: a callback with a token needs the URL of its receiver',
    ],
    [
      'with two tokens',
      { callbackUrl: URL_FIELD, callbackToken: 'a', callbackTokenSecretRef: { name: 'callback', key: 'k' } },
      'spec.callbackToken: Forbidden: spec.callbackTokenSecretRef is set as well; set one of the two',
    ],
    [
      'with a token of several lines',
      { callbackUrl: URL_FIELD, callbackToken: 'a\nb' },
      'spec.callbackToken: Invalid value: must have only printable ASCII characters, and no blank at its ends',
    ],
    [
      'with a Secret that is not permitted in this namespace',
      { callbackUrl: URL_FIELD, callbackTokenSecretRef: { name: 'elsewhere', key: 'k' } },
      'spec.callbackTokenSecretRef.name: Forbidden: callbacks may not read Secret "elsewhere" of namespace "team": the administrator of the cluster permits it with the chart value callbacks.secrets',
    ],
  ])('%s', (_, spec, expected) => {
    expect(errorsOf(spec)).toEqual([expected]);
  });
});

it('a token in the run gives a warning that names the way with a Secret, and not the token', () => {
  const [warning = '', ...more] = callbackWarnings(echoRun({ callbackUrl: URL_FIELD, callbackToken: 'very-secret' }));
  expect(warning).toMatch(/spec\.callbackTokenSecretRef/);
  expect(warning).not.toMatch(/very-secret/);
  expect(warning.length).toBeLessThanOrEqual(256);
  expect(more).toEqual([]);
  expect(callbackWarnings(echoRun({ callbackUrl: URL_FIELD }))).toEqual([]);
});

it('the policy comes from variables', () => {
  expect(
    callbackPolicyOf({ callbackAllowedHosts: 'a.b,*.c.d', callbackAllowHttp: true, callbackSecrets: 'team/x' }),
  ).toEqual({ allowedHosts: ['a.b', '*.c.d'], allowHttp: true, secrets: ['team/x'] });
  expect(callbackPolicyOf({ callbackAllowedHosts: '', callbackAllowHttp: false, callbackSecrets: '' })).toEqual({
    allowedHosts: [],
    allowHttp: false,
    secrets: [],
  });
});

describe('the callback of a template', () => {
  const callback = {
    url: 'https://receiver.team.svc.cluster.local/',
    tokenSecretRef: { name: 'callback', key: 'token' },
  };
  const ofTemplate = (runs: unknown, kind: 'JobTemplate' | 'ClusterJobTemplate' = 'JobTemplate'): string[] => {
    const { metadata, ...rest } = echoTemplate();
    const own = kind === 'JobTemplate' ? metadata : { name: 'echo' };
    const template = { ...rest, kind, metadata: own, runs } as Parameters<typeof templateCallbackErrors>[0];
    return templateCallbackErrors(template, POLICY).map(formatFieldError);
  };

  it('is permitted as that of a run of its namespace', () => {
    expect(ofTemplate({ callback })).toEqual([]);
    const elsewhere = { url: 'https://a.other.svc.cluster.local', tokenSecretRef: { name: 'elsewhere', key: 'k' } };
    expect(ofTemplate({ callback: elsewhere })).toEqual([
      expect.stringMatching(/^runs\.callback\.url: Unsupported value: "a\.other\.svc\.cluster\.local"/),
      expect.stringMatching(
        /^runs\.callback\.tokenSecretRef\.name: Forbidden: .*Secret "elsewhere" of namespace "team"/,
      ),
    ]);
  });

  it('of a ClusterJobTemplate is permitted if that of a run of any namespace is', () => {
    const other = { url: 'https://a.other.svc.cluster.local', tokenSecretRef: { name: 'elsewhere', key: 'k' } };
    expect(ofTemplate({ callback: other }, 'ClusterJobTemplate')).toEqual([]);
    const none = { url: 'https://a.other.example.com', tokenSecretRef: { name: 'nowhere', key: 'k' } };
    expect(ofTemplate({ callback: none }, 'ClusterJobTemplate')).toEqual([
      expect.stringMatching(/^runs\.callback\.url: Unsupported value/),
      expect.stringMatching(/Secret "nowhere" in any namespace/),
    ]);
  });

  it.each([undefined, {}, { callback: undefined }, { callback: null }, null])('is absent: %j', (runs) => {
    expect(ofTemplate(runs)).toEqual([]);
  });

  it('is judged again when it is sent, at the field of the status that has it', () => {
    const status = { callback: { state: 'Pending' as const, attempts: 0, url: 'https://evil.example.org' } };
    expect(callbackErrors({ ...echoRun(), status }, POLICY).map(({ path }) => path)).toEqual(['status.callback.url']);
  });
});
