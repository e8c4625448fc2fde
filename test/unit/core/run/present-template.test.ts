import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { JobTemplate } from '../../../../api/job-template.ts';
import { ANNOTATION_REQUESTED_BY, OVERRIDES } from '../../../../api/names.ts';
import { isUnjudged, presentErrors } from '../../../../core/run/present-template.ts';
import { versionOfTemplate, type TemplateVersion } from '../../../../core/template/template-version.ts';
import { echoRun, echoTemplate } from '../objects.ts';

type Rest = Partial<Pick<JobTemplate, 'parameters' | 'overrides' | 'revisions'>>;

const version = (rest: Rest, spec: object = {}): TemplateVersion =>
  versionOfTemplate({ ...echoTemplate(spec), ...rest });
const OLD_SPEC = { backoffLimit: 1 };

const mode = (values: string[], more: object = {}): Rest => ({
  parameters: [{ name: 'mode', schema: { type: 'string', enum: values }, ...more }],
});

function errorsOf(present: Rest, old: Rest, spec: Partial<JobRun['spec']> = {}): string[] {
  const used = version(old, OLD_SPEC).compiled;
  return presentErrors(version(present), echoRun({ templateRevision: used.revision, ...spec }), used).map(
    ({ path, message }) => `${path}: ${message}`,
  );
}

const BOTH = 'the present JobTemplate "echo" also applies to runs of older revisions';

describe('a run of an older revision', () => {
  it.each<[string, Rest, Rest, Partial<JobRun['spec']>, string[]]>([
    ['is allowed if the present template allows what it overrides', {}, {}, { args: ['a'] }, []],
    [
      'is refused if the allow-list was closed since',
      { overrides: { allow: [] } },
      {},
      { command: ['a'] },
      [`spec.command: Forbidden: JobTemplate "echo" allows no overrides; ${BOTH}`],
    ],
    ['is allowed to override nothing of a closed template', { overrides: { allow: [] } }, {}, {}, []],
    [
      'may name a container that only the older revision has',
      {},
      {},
      { containers: [{ name: 'renamed-since', args: ['a'] }] },
      [],
    ],
    [
      'is refused if the schema of a parameter was tightened since',
      mode(['safe']),
      mode(['safe', 'fast']),
      { parameters: { mode: 'fast' } },
      [`spec.parameters[mode]: Unsupported value: "fast": supported values: "safe"; ${BOTH}`],
    ],
    [
      'is refused if its revision has a default that the present schema does not allow',
      mode(['safe'], { default: 'safe' }),
      mode(['safe', 'fast'], { default: 'fast' }),
      {},
      [
        expect.stringContaining(
          'the default of this revision for parameter "mode" is not allowed: Unsupported value: "fast"',
        ),
      ],
    ],
    [
      'is judged by its own value rather than by the default',
      mode(['safe'], { default: 'safe' }),
      mode(['safe', 'fast'], { default: 'fast' }),
      { parameters: { mode: 'safe' } },
      [],
    ],
    [
      'is refused if it sets a parameter that was removed since',
      {},
      mode(['fast']),
      { parameters: { mode: 'fast' } },
      [`spec.parameters[mode]: Forbidden: the parameter has been removed from the template; ${BOTH}`],
    ],
    ['does not need a parameter that was added since', mode(['a']), {}, {}, []],
    [
      'may have a default for a parameter that was removed since: nobody can set that any more',
      {},
      mode(['fast'], { default: 'fast' }),
      {},
      [],
    ],
    [
      'is not judged by null, which is absent',
      mode(['safe']),
      mode(['safe']),
      { parameters: { mode: null as never } },
      [],
    ],
    [
      'is refused if the template allows only its present revision',
      { revisions: { allow: 'Present' } },
      {},
      {},
      [
        expect.stringMatching(
          /^spec\.templateRevision: Forbidden: JobTemplate "echo" allows only its present revision, "[0-9a-f]{10}"; leave the field out to run it$/,
        ),
      ],
    ],
    ['is allowed if the template allows any', { revisions: { allow: 'Any' } }, {}, {}, []],
  ])('%s', (_sentence, ...row) => {
    const [present, old, spec, expected] = row;
    expect(errorsOf(present, old, spec)).toEqual(expected);
  });

  it('is not judged by the parameters of a present template that is not valid', () => {
    const broken = { parameters: [{ name: 'mode', schema: { type: 'strng' } }] } as unknown as Rest;
    expect(errorsOf(broken, mode(['a']), { parameters: { mode: 'a' } })).toEqual([]);
    expect(errorsOf({ ...broken, overrides: { allow: [] } }, mode(['a']), { args: [] })).toHaveLength(1);
  });

  it('is refused whatever it overrides, if the present template does not allow that', () => {
    const values: Partial<JobRun['spec']> = {
      args: [],
      image: 'other',
      suspend: true,
      tolerations: [],
      parallelism: 1,
    };
    const names = Object.keys(values) as (keyof typeof values & (typeof OVERRIDES)[number])[];
    fc.assert(
      fc.property(fc.subarray([...OVERRIDES]), fc.subarray(names, { minLength: 1 }), (allow, used) => {
        const spec = Object.fromEntries(used.map((name) => [name, values[name]]));
        const refused = errorsOf({ overrides: { allow } }, {}, spec);
        expect(refused).toHaveLength(used.filter((name) => !allow.includes(name)).length);
      }),
    );
  });
});

it('a run of the present revision is allowed, also if no other is', () => {
  const present = version({ revisions: { allow: 'Present' } });
  expect(presentErrors(present, echoRun({ templateRevision: present.compiled.revision }), present.compiled)).toEqual(
    [],
  );
});

describe('a run is judged by the syncer', () => {
  const admitted = { annotations: { [ANNOTATION_REQUESTED_BY]: 'anna' } };
  it.each<[string, JobRun, boolean, boolean]>([
    ['if it names a revision and was not admitted', echoRun({ templateRevision: '0123456789' }), true, true],
    ['not if it was admitted', echoRun({ templateRevision: '0123456789' }, admitted), true, false],
    [
      'if it may have been stored without admission',
      echoRun({ templateRevision: '0123456789' }, admitted),
      false,
      true,
    ],
    ['not if it names no revision: then it runs the present one', echoRun(), false, false],
  ])('%s', (_sentence, run, trustsAdmission, expected) => {
    expect(isUnjudged(run, trustsAdmission)).toBe(expected);
  });
});
