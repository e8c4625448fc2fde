import type { JobRunSpec } from '../../../../api/job-run.ts';
import type { TemplateContent } from '../../../../api/job-template.ts';
import { callbackErrors, templateCallbackErrors } from '../../../../core/callback/callback-errors.ts';
import { concurrencyErrors } from '../../../../core/concurrency/admission-errors.ts';
import { concurrencyOf } from '../../../../core/concurrency/concurrency-policy.ts';
import { groupErrors } from '../../../../core/concurrency/group-errors.ts';
import { groupOf } from '../../../../core/concurrency/group.ts';
import type { FieldError } from '../../../../core/errors/field-error.ts';
import { jobRefusal, type Status } from '../../../../core/refusal/job-refusal.ts';
import { SchemaCompiler } from '../../../../core/parameters/schema-compiler.ts';
import { resultErrors } from '../../../../core/results/results-of-run.ts';
import { presentErrors } from '../../../../core/run/present-template.ts';
import { objectNameErrors } from '../../../../core/job/object-name-errors.ts';
import { render } from '../../../../core/job/render.ts';
import { rerunOfErrors } from '../../../../core/run/rerun-of.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { fixedNameErrors } from '../../../../core/template/fixed-names.ts';
import { missingTemplatePolicy } from '../../../../core/template/missing-template.ts';
import { placeholderPlan } from '../../../../core/template/placeholder-plan.ts';
import {
  asTemplateErrors,
  templateNotFound,
  validateTemplateRef,
} from '../../../../core/template/template-reference.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { echoRun, echoTemplate } from '../objects.ts';

/** Mistakes that together make core return every sentence that it has for a user. */
export type Errors = () => readonly FieldError[];

const text = (args: string[]) => ({ containers: [{ name: 'main', image: 'app', args }] });

/** A template is wrong in its parameters, placeholders or overrides. */
const template =
  (parameters: unknown, args: string[] = [], rest: object = {}): Errors =>
  () =>
    compileTemplate({ spec: { template: { spec: text(args) } }, parameters, ...rest } as TemplateContent).errors;

const podSpec =
  (spec: object, parameters: object[] = []): Errors =>
  () =>
    compileTemplate({ spec: { template: { spec } }, parameters } as unknown as TemplateContent).errors;

/** A parameter of type string is used where Kubernetes takes no string. */
const typed =
  (spec: object): Errors =>
  () =>
    compileTemplate({
      spec: { template: { spec: text([]) }, ...spec },
      parameters: [{ name: 'day' }],
    }).errors;

const schema = (of: object, parameter: object = {}): Errors => template([{ name: 'p', schema: of, ...parameter }]);

const list = { name: 'l', schema: { type: 'array', items: { type: 'string' } } };

function nested(depth: number): object {
  return depth === 0 ? { image: 'app' } : { a: nested(depth - 1) };
}

const TEMPLATE_CASES: Errors[] = [
  podSpec({ containers: [] }),
  podSpec({ containers: [7], initContainers: {} }),
  podSpec({ ...text([]), affinity: nested(70) }),
  podSpec({ ...text([]), affinity: { ['k'.repeat(50_000)]: new Array(400).fill('$') } }),
  podSpec({ ...text([]), nodeSelector: { '$(params.x)': 'a' } }),
  template(undefined, [], { overrides: { allow: 'args' } }),
  template(undefined, [], { overrides: { allow: ['arg', 'env', 'env', 7] } }),
  template(undefined, [], { jobMetadata: 'x' }),
  template(undefined, [], { jobMetadata: { labels: 'x', annotations: { a: 7, 'hematoscope.app/x': '' } } }),
  template(undefined, [], { results: 'x' }),
  template(undefined, [], { results: [7, {}, { name: 'a'.repeat(64) }, { name: '1x' }, { name: 'x' }, { name: 'x' }] }),
  template(undefined, [], { resultsFrom: 'main' }),
  template(undefined, [], { results: [{ name: 'x' }], resultsFrom: 'mian' }),
  template(undefined, [], { results: [{ name: 'x' }], resultsFrom: 'zzzzzz' }),
  template(undefined, [], {
    results: [{ name: 'x', schema: { type: 'string', pattern: '(?:a{99}){99}'.repeat(9), maxLength: 4096 } }],
  }),
  () =>
    compileTemplate({
      spec: { template: { spec: text([]) }, parallelism: 2, completionMode: 'Indexed' },
      results: [{ name: 'x' }],
    }).errors,
  template('x'),
  template([7, {}, { name: 'a'.repeat(64) }, { name: '1x' }, { name: 'x' }, { name: 'x' }]),
  template([
    { name: 'x', required: false },
    { name: 'y', default: 'a', required: true },
  ]),
  template(
    Array.from({ length: 9 }, (_, i) => ({
      name: `p${i}`,
      schema: { type: 'string', pattern: '(a{1,30}){1,30}', maxLength: 4096 },
    })),
  ),
  template(
    Array.from({ length: 9 }, (_, i) => ({
      name: `p${i}`,
      schema: { type: 'array', maxItems: 99, items: { type: 'string', pattern: '(a{1,30}){1,30}', maxLength: 4096 } },
    })),
  ),
  // The schema of a parameter.
  schema([]),
  schema({}),
  schema({ type: 'strng' }),
  schema({ type: 'integer', maxLength: 3 }),
  schema({ type: 'array', items: { type: 'string' }, enum: ['a'] }),
  schema({ type: 'string', maxLength: 'x', enum: 'a' }),
  schema({ type: 'integer', minimum: 1.2, maximum: 1.8 }),
  schema({ type: 'number', minimum: 2, maximum: 1 }),
  schema({ type: 'string', pattern: 7, maxLength: 9 }),
  schema({ type: 'string', pattern: '(?=a)', maxLength: 9 }),
  schema({ type: 'string', pattern: 'a' }),
  schema({ type: 'string', pattern: 'a', maxLength: 5000 }),
  schema({ type: 'array' }),
  schema({ type: 'array', items: { type: 'string', examples: ['a'] } }),
  schema({ type: 'array', items: { type: 'string', pattern: 'a', maxLength: 9 } }),
  schema({ type: 'string', enum: ['a', 'a', 7] }),
  schema({ type: 'integer', examples: ['x'] }, { default: 'y' }),
  // Placeholders.
  template([{ name: 'day' }], ['$(params.dya)', '$(params.zzzzzz)', '$(params.day[*])', '$(params.day', '$(params.1)']),
  template([{ name: 'day' }], ['$(param.day)', '${params.day}', '$(PARAMS.dya)']),
  template([], ['$(params.day)']),
  () => {
    const containers = [{ name: '$(params.x)', env: [{ name: '$(params.x)' }] }];
    return fixedNameErrors({ plan: placeholderPlan({ template: { spec: { containers } } }), allowed: ['env'] });
  },
  template([], ['$'.repeat(50_001)]),
  typed({ parallelism: '$(params.day)', suspend: 'a$(params.day)' }),
  template([list], ['$(params.l)', 'a$(params.l[*])']),
];

/** The runs of a template have a limit. */
const limited =
  (group: string): Errors =>
  () => {
    const parameters = [{ name: 'customer' }, { name: 'token', secret: true }];
    return groupErrors({ runs: { concurrency: { policy: 'Queue', group } }, parameters });
  };

const GROUP_CASES: Errors[] = [limited('c-$(params.custmer)'), limited('c-$(params.token)'), limited('c-$(HOME)')];

const otherRuns =
  (declared: object, others: string[]): Errors =>
  () => {
    const concurrency = concurrencyOf({ runs: { concurrency: declared } })!;
    const group = groupOf(echoRun(), concurrency, compileTemplate(echoTemplate()));
    return concurrencyErrors(echoRun(), { concurrency, group }, others);
  };

const CONCURRENCY_CASES: Errors[] = [
  otherRuns({ policy: 'Forbid' }, ['first']),
  otherRuns({ policy: 'Queue', group: 'customers', limit: 2, maxQueued: 5 }, ['a', 'b', 'c', 'd', 'e', 'f', 'g']),
];

const PARAMETERS = [
  {
    name: 'day',
    description: 'Which day.',
    schema: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 9 },
  },
  { name: 'count', schema: { type: 'integer', minimum: 1, maximum: 10 }, default: 1 },
  { name: 'mode', schema: { type: 'string', enum: ['fast', 'slow'] }, default: 'fast' },
  { name: 'files', schema: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 2 }, default: ['a'] },
  { name: 'force', schema: { type: 'boolean' }, default: false },
  { name: 'any', schema: { type: 'integer' }, default: 0 },
];

const run =
  (spec: object, rest: object = { parameters: PARAMETERS }): Errors =>
  () => {
    const compiled = compileTemplate({ ...echoTemplate(), ...rest });
    const rendered = render(compiled, echoRun(spec));
    return 'errors' in rendered ? rendered.errors : [];
  };

const values = (parameters: unknown): Errors => run({ parameters });

const RUN_CASES: Errors[] = [
  values('x'),
  values({}),
  values({ day: 'ab', dya: 'x', zzzzzzzz: 'x' }),
  values({ day: 7, count: '7', force: 'true', files: 'a', mode: 'fats', any: 2 ** 60 }),
  values({ day: 'A', count: 0 }),
  values({ day: 'abcdefghij', count: 11, files: [] }),
  values({ day: 'ab', files: ['a', 'b', 'c'] }),
  values({ day: 'ab', files: ['a\0', '\ud800'] }),
  run(
    { parameters: { code: 'c' } },
    { parameters: [{ name: 'code', secret: true, schema: { type: 'string', enum: ['a', 'b'] } }] },
  ),
  run(
    { parameters: { x: 'a'.repeat(400_000) } },
    { spec: { template: { spec: text(['$(params.x)$(params.x)', '$(params.x)']) } }, parameters: [{ name: 'x' }] },
  ),
  run({ args: ['a'.repeat(1024 * 1024)] }, {}),
  run({ args: ['a'.repeat(200_000)], env: [{ name: 'A', value: 'a'.repeat(200_000) }] }, {}),
  run({ parameters: { x: 'y' } }, { parameters: [] }),
  run({ image: 'x', nodeSelector: {} }, { overrides: { allow: ['env'] } }),
  run({ image: 'x' }, { overrides: { allow: [] } }),
  run({ containers: [{ name: 'ecoh' }, { name: 'zzzzzz' }, { name: 'echo' }, { name: 'echo' }] }, {}),
  run({ metadata: { labels: { queue: 'mine' } } }, { jobMetadata: { labels: { queue: 'ours' } } }),
  run({ args: ['a'], containers: [{ name: 'echo', args: ['b'] }] }, {}),
  run({ metadata: { labels: { 'hematoscope.app/job-run': 'x' } } }, {}),
];

/** A run of a revision that has an older content than the present template. */
const older =
  (present: object, spec: object, parameters: unknown[] = PARAMETERS): Errors =>
  () => {
    const used = compileTemplate({ ...echoTemplate({ backoffLimit: 1 }), parameters } as TemplateContent);
    return presentErrors(versionOfTemplate({ ...echoTemplate(), ...present }), echoRun(spec), used);
  };

const modes = (names: string[]): object => ({
  parameters: [{ name: 'mode', schema: { type: 'string', enum: names } }],
});

const OLDER_REVISION_CASES: Errors[] = [
  older({ overrides: { allow: [] } }, { image: 'x' }),
  older({ revisions: { allow: 'Present' } }, {}),
  older({}, { parameters: { day: 'ab' } }),
  older(modes(['slow']), { parameters: { mode: 'fast' } }),
  older(modes(['slow']), {}),
];

const reference =
  (spec: object): Errors =>
  () =>
    validateTemplateRef(echoRun(spec));

const notFound =
  (names: string[], spec: object = {}): Errors =>
  () => [templateNotFound(echoRun({ templateRef: 'ehco', ...spec }), names)];

const REFERENCE_CASES: Errors[] = [
  reference({ templateRef: '' }),
  reference({ templateRef: '', templateKind: 'ClusterJobTemplate' }),
  reference({ templateRef: 'other/echo' }),
  reference({ templateRef: 'other/echo', templateKind: 'ClusterJobTemplate' }),
  reference({ templateRef: 'Echo' }),
  notFound(['echo']),
  notFound(['import']),
  notFound([]),
  notFound(['import'], { templateKind: 'ClusterJobTemplate' }),
  notFound([], { templateKind: 'ClusterJobTemplate' }),
  () => asTemplateErrors(compileTemplate(echoTemplate({ template: { spec: { containers: [] } } })).errors, echoRun()),
  () => {
    const annotations = { 'hematoscope.app/rerun-of': 'Nightly report' };
    return rerunOfErrors(echoRun({}, { annotations }));
  },
  () => objectNameErrors('JobRun', { metadata: { name: 'Nightly report' } }),
  () => objectNameErrors('JobRun', { metadata: { generateName: 'Nightly-' } }),
  () => objectNameErrors('JobRun', {}),
  () => {
    const annotations = { 'hematoscope.app/missing-template': 'wait' };
    const { error } = missingTemplatePolicy(echoRun({}, { annotations }), 'Fail');
    return error ? [error] : [];
  },
];

const refusal =
  (status: Partial<Status>, spec: object = {}): Errors =>
  () => {
    const rendered = render(compileTemplate(echoTemplate(spec)), echoRun());
    if ('errors' in rendered) throw new Error('the template renders');
    const result = jobRefusal({ status: 'Failure', code: 400, ...status }, rendered.job);
    return result.kind === 'invalid' ? result.errors : [];
  };

const decoding = (message: string, spec: object = {}): Errors =>
  refusal({ message: `Job in version "v1" cannot be handled as a Job: ${message}` }, spec);

const cause = {
  reason: 'FieldValueInvalid',
  field: 'spec.backoffLimit',
  message: 'Invalid value: -1: must be positive',
};

const REFUSAL_CASES: Errors[] = [
  refusal({ code: 422, details: { causes: [cause] } }),
  refusal({ code: 422, message: 'Invalid value: "x": in the API server\'s words' }),
  decoding('strict decoding error: unknown field "spec.paralelism", unknown field "spec.zzzzzz"'),
  decoding('strict decoding error: duplicate field "spec.parallelism"'),
  decoding('json: cannot unmarshal string into Go struct field JobSpec.spec.parallelism of type int32'),
  decoding('quantities must match', {
    template: { spec: { containers: [{ name: 'a', resources: { limits: { memory: '512MB' } } }] } },
  }),
  decoding('Invalid value: in the words of the API server'),
];

const callback =
  (spec: Partial<JobRunSpec>, allowedHosts = ['hooks.example.com']): Errors =>
  () =>
    callbackErrors(echoRun(spec), { allowedHosts, allowHttp: false, secrets: [] });

const CALLBACK_CASES: Errors[] = [
  callback({ callbackUrl: 'https://hooks.example.com' }, []),
  callback({ callbackUrl: 'hooks' }),
  callback({ callbackUrl: 'http://hooks.example.com' }),
  callback({ callbackUrl: 'ftp://hooks.example.com' }),
  callback({ callbackUrl: 'https://jane:secret@hooks.example.com' }),
  callback({ callbackUrl: 'https://127.0.0.1' }),
  callback({ callbackUrl: 'https://other.example.com' }),
  callback({ callbackUrl: '', callbackTokenSecretRef: { name: 'token', key: 'value' } }),
  () =>
    templateCallbackErrors(
      {
        ...echoTemplate(),
        kind: 'ClusterJobTemplate',
        runs: { callback: { url: 'https://jane@hooks.example.com', tokenSecretRef: { name: 'token', key: 'value' } } },
      },
      { allowedHosts: ['hooks.example.com'], allowHttp: false, secrets: [] },
    ),
  callback({ callbackToken: 'a\nb', callbackTokenSecretRef: { name: 'token', key: 'value' } }),
];

const RESULT_CASES: Errors[] = [
  () =>
    resultErrors(
      { row: 1, zzzzzz: 1, text: 7 },
      { results: [{ name: 'rows', schema: { type: 'integer' } }, { name: 'text' }], schemas: new SchemaCompiler() },
    ),
];

/** All cases, by what is wrong. */
export const CASES = {
  template: TEMPLATE_CASES,
  run: RUN_CASES,
  olderRevision: OLDER_REVISION_CASES,
  reference: REFERENCE_CASES,
  job: REFUSAL_CASES,
  callback: CALLBACK_CASES,
  results: RESULT_CASES,
  concurrency: [...GROUP_CASES, ...CONCURRENCY_CASES],
};
