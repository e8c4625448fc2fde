import { describe, expect, it } from 'vitest';
import type { Template } from '../../../../../api/job-template.ts';
import type { Parameter } from '../../../../../api/parameter.ts';
import type { Job } from '../../../../../api/wire.ts';
import type { FieldError } from '../../../../../core/errors/field-error.ts';
import { sampleJobAccepted } from '../../../../../webhook/admission/template-change/sample-job-accepted.ts';
import {
  gatherTemplateChange,
  type TemplateChange,
} from '../../../../../webhook/admission/template-change/template-change.ts';
import type { DryRunOutcome } from '../../../../../webhook/lookups/dry-run.ts';
import type { JobToTry } from '../../../../../webhook/lookups/job-to-try.ts';
import { echoTemplate } from '../../../core/objects.ts';
import { jobTemplateReview } from '../../reviews.ts';

const CONTAINER = 'spec.template.spec.containers[0]';

const template = (container: object, parameters: Parameter[]): Template => ({
  ...echoTemplate({ template: { spec: { containers: [{ name: 'echo', image: 'busybox', ...container }] } } }),
  kind: 'JobTemplate',
  parameters,
});

const wrong = (path: string): FieldError => ({ path, reason: 'FieldValueInvalid', message: 'Invalid value' });

type PodSpec = NonNullable<NonNullable<Job['spec']>['template']['spec']>;
type ApiServer = (container: PodSpec['containers'][0]) => FieldError[];

function changeOf(of: Template): TemplateChange {
  const { request } = jobTemplateReview(of.spec);
  const { signal } = new AbortController();
  return gatherTemplateChange({ ...request, object: of }, { clusterNamespace: 'release' }, signal);
}

/** What the check finds if the API server has these errors for a container, and the number of dry runs. */
async function found(of: Template, apiServer: ApiServer) {
  let dryRuns = 0;
  const attempt = (tried: JobToTry): Promise<DryRunOutcome> => {
    dryRuns += 1;
    const errors = apiServer(tried.job().spec!.template.spec!.containers[0]!);
    return Promise.resolve(errors.length > 0 ? { kind: 'invalid', errors } : { kind: 'accepted', warnings: [] });
  };
  const findings = await sampleJobAccepted({ dryRuns: { try: attempt } })(changeOf(of));
  return { errors: findings.errors ?? [], warnings: findings.warnings ?? [], dryRuns };
}

describe('a field that is wrong with the sample', () => {
  const image = { image: 'app:$(params.tag)' };
  const isBad: ApiServer = ({ image: tag = '' }) => (tag.endsWith('good') ? [] : [wrong(`${CONTAINER}.image`)]);
  const tags = (...values: string[]): Parameter[] => [{ name: 'tag', schema: { type: 'string', enum: values } }];

  it('is an error if it is wrong with all values that a run can set', async () => {
    const { errors, warnings, dryRuns } = await found(template(image, tags('a', 'b', 'c')), isBad);
    expect(errors).toEqual([
      { ...wrong(`${CONTAINER}.image`), message: 'Invalid value; no other value of "tag" is valid either' },
    ]);
    expect(warnings).toEqual([]);
    expect(dryRuns).toBe(3);
  });

  it('is an error if a run can set no other value', async () => {
    const { errors } = await found(template(image, tags('a')), isBad);
    expect(errors).toMatchObject([{ message: 'Invalid value; a run can set no other value' }]);
  });

  it('is a warning if another value is valid', async () => {
    const { errors, warnings } = await found(template(image, tags('a', 'good')), isBad);
    expect(errors).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining(`would be refused: ${CONTAINER}.image: Invalid value`)]);
  });

  it('is a warning if a run can set any value', async () => {
    const { errors, warnings, dryRuns } = await found(template(image, [{ name: 'tag', default: 'a' }]), isBad);
    expect({ errors, dryRuns, warnings: warnings.length }).toEqual({ errors: [], dryRuns: 1, warnings: 1 });
  });
});

describe('a field for which the template has no value', () => {
  const image = { image: '$(params.x)' };
  const refused = (message: string): ApiServer => {
    return () => [{ ...wrong(`${CONTAINER}.image`), message }];
  };

  it('is an error if it is wrong with all values that a run can set', async () => {
    const { errors, dryRuns } = await found(
      template(image, [{ name: 'x', schema: { type: 'boolean' } }]),
      refused('Invalid value'),
    );
    expect(errors).toMatchObject([{ message: 'Invalid value; no other value of "x" is valid either' }]);
    expect(dryRuns).toBe(2);
  });

  it('is an error, without another dry run, if the message of the API server excludes all of them', async () => {
    const { errors, warnings, dryRuns } = await found(
      template(image, [{ name: 'x', schema: { type: 'integer', minimum: 70_000 } }]),
      refused('Invalid value: 70000: must be between 1 and 65535, inclusive'),
    );
    expect(errors).toMatchObject([
      {
        path: `${CONTAINER}.image`,
        message:
          'Invalid value: 70000: must be between 1 and 65535, inclusive; no value that parameter "x" can have is valid',
      },
    ]);
    expect({ warnings, dryRuns }).toEqual({ warnings: [], dryRuns: 1 });
  });

  it('is neither error nor warning if a run can set any value', async () => {
    const { errors, warnings } = await found(template(image, [{ name: 'x' }]), refused('Invalid value'));
    expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
  });

  it('is no error if what is wrong depends on the value of another parameter', async () => {
    const parameters: Parameter[] = [{ name: 'x', schema: { type: 'boolean' } }, { name: 'y' }];
    const of = template({ ...image, args: ['$(params.y)'] }, parameters);
    const { errors, dryRuns } = await found(of, refused('Forbidden: may not be set when y is'));
    expect({ errors, dryRuns }).toEqual({ errors: [], dryRuns: 1 });
  });
});

it('other values are tried one after the other, and no more of them after one that is valid', async () => {
  const parameters: Parameter[] = [{ name: 'x', schema: { type: 'integer', minimum: 1, maximum: 9 } }];
  let [active, most, dryRuns] = [0, 0, 0];
  const attempt = async (tried: JobToTry): Promise<DryRunOutcome> => {
    dryRuns += 1;
    active += 1;
    most = Math.max(most, active);
    await Promise.resolve();
    active -= 1;
    const isGood = tried.job().spec?.template.spec?.containers[0]?.args?.[0] === '4';
    return isGood ? { kind: 'accepted', warnings: [] } : { kind: 'invalid', errors: [wrong(`${CONTAINER}.args[0]`)] };
  };
  const change = changeOf(template({ args: ['$(params.x)'] }, parameters));
  const { errors } = await sampleJobAccepted({ dryRuns: { try: attempt } })(change);
  expect({ errors, most, dryRuns }).toEqual({ errors: [], most: 1, dryRuns: 4 });
});

it('fields with any values do not keep others from being tried', async () => {
  const args = ['$(params.a)', '$(params.b)', '$(params.c)', '$(params.flag)'];
  const parameters: Parameter[] = [
    ...['a', 'b', 'c'].map((name) => ({ name, default: 'x' })),
    { name: 'flag', schema: { type: 'boolean' } },
  ];
  const { errors } = await found(template({ args }, parameters), () =>
    args.map((_, index) => wrong(`${CONTAINER}.args[${index}]`)),
  );
  expect(errors).toMatchObject([{ path: `${CONTAINER}.args[3]` }]);
});

describe('a number that cannot be decoded', () => {
  it('hides no other error of the template', async () => {
    const ports = {
      ports: [{ containerPort: '$(params.port)' }],
      readinessProbe: { httpGet: { port: '$(params.probe)' } },
    };
    const parameters: Parameter[] = ['port', 'probe'].map((name) => ({
      name,
      schema: { type: 'integer' },
      default: 3_000_000_000,
    }));
    const { errors } = await found(template(ports, parameters), ({ ports: [port] = [], readinessProbe }) => {
      // The API server reports the first number only.
      if (port?.containerPort !== 1) return [wrong(`${CONTAINER}.ports[0].containerPort`)];
      if (readinessProbe?.httpGet?.port !== 1) return [wrong(`${CONTAINER}.readinessProbe.httpGet.port`)];
      return [wrong(`${CONTAINER}.command`)];
    });
    expect(errors).toEqual([wrong(`${CONTAINER}.command`)]);
  });
});

describe('a quantity that cannot be parsed', () => {
  const limits = { resources: { limits: { memory: '$(params.memory)' } } };
  const path = `${CONTAINER}.resources.limits[memory]`;
  const apiServer: ApiServer = ({ resources, command }) => {
    if (resources?.limits?.['memory'] === 'sample') return [wrong(path)];
    return command === undefined ? [wrong(`${CONTAINER}.command`), wrong(path)] : [];
  };

  it('hides no other error of the template', async () => {
    const { errors, warnings } = await found(template(limits, [{ name: 'memory' }]), apiServer);
    expect(errors).toEqual([wrong(`${CONTAINER}.command`)]);
    expect(warnings).toEqual([]);
  });

  it('is no error if it is a made-up value and the rest is good', async () => {
    const { errors } = await found(template({ ...limits, command: ['x'] }, [{ name: 'memory' }]), apiServer);
    expect(errors).toEqual([]);
  });
});
