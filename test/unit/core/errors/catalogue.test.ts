import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TemplateContent } from '../../../../api/job-template.ts';
import { field } from '../../../../core/errors/field.ts';
import { formatFieldError, type FieldError } from '../../../../core/errors/field-error.ts';
import { jobDeleted, jobRunStatus, standing, type Observation } from '../../../../core/status/job-run-status.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { trialFindings, trialOf } from '../../../../core/template/trial.ts';
import { echoRun } from '../objects.ts';
import { CASES, type Errors } from './catalogue-cases.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../../..');

/**
 * The location (`core/job/render.ts:12`) of each call of a constructor of field errors, recorded by the cases below.
 */
const called = new Set<string>();
const constructors = { ...field };

beforeAll(() => {
  const watched = Object.entries(constructors).map(([name, construct]) => [
    name,
    (...args: unknown[]) => {
      called.add(callSite());
      return (construct as (...args: unknown[]) => FieldError)(...args);
    },
  ]);
  Object.assign(field, Object.fromEntries(watched));
});

afterAll(() => {
  Object.assign(field, constructors);
});

/** The line of core that is calling a constructor. */
function callSite(): string {
  const [, site = ''] = new RegExp(`${REPOSITORY}/(core/[^():]+:\\d+):\\d+`).exec(new Error('here').stack ?? '') ?? [];
  return site;
}

/** Every line of core that calls a constructor. */
function callSites(): string[] {
  return globSync('core/**/*.ts', { cwd: REPOSITORY })
    .filter((file) => !file.startsWith('core/errors/'))
    .flatMap((file) =>
      readFileSync(resolve(REPOSITORY, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => (/\bfield\.\w+\(/.test(line) ? [`${file}:${index + 1}`] : [])),
    );
}

/** Each sentence once, in the order of the cases. */
function sentences(cases: readonly Errors[]): string[] {
  return Array.from(new Set(cases.flatMap((errors) => errors().map(formatFieldError))));
}

describe('what is wrong', () => {
  test('with a template', () => {
    expect(sentences(CASES.template)).toMatchInlineSnapshot(`
      [
        "spec.template.spec.containers: Required value: a JobTemplate needs at least one container, with a name and an image",
        "spec.template.spec.containers[0]: Invalid value: a container must be an object with a name and an image",
        "spec.template.spec.initContainers: Invalid value: must be a list of containers",
        "spec.template.spec.affinity.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a: Invalid value: is nested too deeply",
        "spec: Forbidden: has fields with "$" below keys that are too long; use shorter keys",
        "spec.template.spec.nodeSelector[$(params.x)]: Invalid value: "$(params.x)": a parameter can only be used in a value, not in a key",
        "overrides.allow: Invalid value: "args": must be a list of what runs may override",
        "overrides.allow[0]: Unsupported value: "arg": supported values: "args", "command", "env", "resources", "parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished", "suspend", "labels", "annotations", "metadata", "image", "nodeSelector", "tolerations", "priorityClassName"; did you mean "args"?",
        "overrides.allow[2]: Duplicate value: "env"",
        "overrides.allow[3]: Unsupported value: 7: supported values: "args", "command", "env", "resources", "parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished", "suspend", "labels", "annotations", "metadata", "image", "nodeSelector", "tolerations", "priorityClassName"",
        "jobMetadata: Invalid value: "x": must have labels or annotations",
        "jobMetadata.labels: Invalid value: "x": must be a map of strings",
        "jobMetadata.annotations[a]: Invalid value: 7: must be a string",
        "jobMetadata.annotations[hematoscope.app/x]: Forbidden: is set by job-template-run itself",
        "results: Invalid value: "x": must be a list of results",
        "results[0]: Invalid value: 7: must be a result, with a name",
        "results[1].name: Required value: the name of the result",
        "results[2].name: Too long: may not be more than 63 characters",
        "results[3].name: Invalid value: "1x": the name of a result has only letters, digits, "_" and "-", and begins with a letter or "_"",
        "results[5].name: Duplicate value: "x"",
        "resultsFrom: Forbidden: the template declares no results",
        "resultsFrom: Not found: "mian": the template has no such container; did you mean "main"? it has "main"",
        "resultsFrom: Not found: "zzzzzz": the template has no such container; it has "main"",
        "results[0].schema: Forbidden: checking this template's results could take too long; lower maxLength or maxItems, or repeat less in the pattern",
        "spec.parallelism: Forbidden: the template declares results, so its Jobs have one Pod; leave it out, or set it to 1",
        "spec.completionMode: Forbidden: the template declares results, so its Jobs have one Pod; leave it out",
        "parameters: Invalid value: "x": must be a list of parameters",
        "parameters[0]: Invalid value: 7: must be a parameter, with a name",
        "parameters[1].name: Required value: the name of the parameter",
        "parameters[2].name: Too long: may not be more than 63 characters",
        "parameters[3].name: Invalid value: "1x": a parameter's name has only letters, digits, "_" and "-", and begins with a letter or "_"",
        "parameters[5].name: Duplicate value: "x"",
        "parameters[0].default: Required value: a parameter that is not required needs a default",
        "parameters[1].required: Forbidden: the parameter has a default, which would never be used; leave out one of the two",
        "parameters[0].schema.pattern: Forbidden: checking the values of this template's parameters could take too long; lower maxLength, or repeat less in the pattern",
        "parameters[0].schema.items.pattern: Forbidden: checking the values of this template's parameters could take too long; lower maxLength or maxItems, or repeat less in the pattern",
        "parameters[0].schema: Invalid value: []: must be a schema, with a type",
        "parameters[0].schema.type: Required value: one of "string", "integer", "number", "boolean", "array"",
        "parameters[0].schema.type: Unsupported value: "strng": supported values: "string", "integer", "number", "boolean", "array"; did you mean "string"?",
        "parameters[0].schema.maxLength: Forbidden: applies to string only, and the type is integer",
        "parameters[0].schema.enum: Forbidden: applies to string or integer or number or boolean only, and the type is array; for the elements of a list, set it in items",
        "parameters[0].schema.maxLength: Invalid value: "x": must be a number",
        "parameters[0].schema.enum: Invalid value: "a": must be a list",
        "parameters[0].schema.minimum: Invalid value: 1.2: no whole number is between it and maximum, which is 1.8",
        "parameters[0].schema.minimum: Invalid value: 2: no value is between it and maximum, which is 1",
        "parameters[0].schema.pattern: Invalid value: 7: must be a string",
        "parameters[0].schema.pattern: Invalid value: "(?=a)": not a regular expression of RE2: invalid or unsupported Perl syntax: \`(?=\`; RE2 has no look-around and no back-references",
        "parameters[0].schema.maxLength: Required value: a pattern needs a maxLength beside it, at most 4096, so that matching it takes a bounded time",
        "parameters[0].schema.maxLength: Invalid value: 5000: beside a pattern it must be at most 4096, so that matching it takes a bounded time",
        "parameters[0].schema.items: Required value: the schema of the elements, for instance {type: string}",
        "parameters[0].schema.items.examples: Forbidden: set examples beside items; each example is a whole list",
        "parameters[0].schema.maxItems: Required value: a list whose elements have a pattern needs it, so that matching takes a bounded time",
        "parameters[0].schema.enum[1]: Duplicate value: "a"",
        "parameters[0].schema.enum[2]: Invalid value: 7: must be a string: put it in quotes",
        "parameters[0].schema.examples[0]: Invalid value: "x": must be a whole number",
        "spec.template.spec.containers[0].args[0]: Not found: "$(params.dya)": parameter "dya" is not declared; did you mean "day"? the template declares "day"",
        "spec.template.spec.containers[0].args[1]: Not found: "$(params.zzzzzz)": parameter "zzzzzz" is not declared; the template declares "day"; write $$(params.zzzzzz) for the literal text",
        "spec.template.spec.containers[0].args[2]: Invalid value: "$(params.day[*])": parameter "day" is not a list; write $(params.day)",
        "spec.template.spec.containers[0].args[3]: Invalid value: "$(params.day": the placeholder is not closed: ")" is missing",
        "spec.template.spec.containers[0].args[4]: Invalid value: "$(params.1)": a placeholder is $(params.NAME), or $(params.NAME[*]) for the elements of a list; NAME has only letters, digits, "_" and "-"; write $$(params.1) for the literal text",
        "spec.template.spec.containers[0].args[0]: Invalid value: "$(param.day)": not a placeholder; did you mean "$(params.day)"?",
        "spec.template.spec.containers[0].args[1]: Invalid value: "\${params.day}": not a placeholder; did you mean "$(params.day)"?",
        "spec.template.spec.containers[0].args[2]: Invalid value: "$(PARAMS.dya)": not a placeholder; did you mean "$(params.day)"?",
        "spec.template.spec.containers[0].args[0]: Not found: "$(params.day)": parameter "day" is not declared; the template declares no parameters; write $$(params.day) for the literal text",
        "spec.template.spec.containers[0].name: Invalid value: "$(params.x)": the name of a container must be the same in every Job, because runs override containers by name; write the name",
        "spec.template.spec.containers[0].env[0].name: Invalid value: "$(params.x)": the name of a variable that runs may override must be the same in every Job, because they override variables by name; write the name, or leave "env" out of overrides.allow",
        "spec: Forbidden: the template has 50,001 "$", and can have at most 50,000; put long scripts into a ConfigMap",
        "spec.parallelism: Invalid value: "$(params.day)": the field takes a whole number, and parameter "day" is of type string; declare schema.type: integer",
        "spec.suspend: Invalid value: "$(params.day)": the field takes true or false, and this is text; write $(params.day) alone",
        "spec.template.spec.containers[0].args[0]: Invalid value: "$(params.l)": parameter "l" is a list; write $(params.l[*]) to insert its elements",
        "spec.template.spec.containers[0].args[1]: Invalid value: "$(params.l[*])": parameter "l" is a list: its elements can only be used in a list, with $(params.l[*]) as a whole element",
      ]
    `);
  });

  test('with a run', () => {
    expect(sentences(CASES.run)).toMatchInlineSnapshot(`
      [
        "spec.parameters: Invalid value: must be a map of values by the names of parameters",
        "spec.parameters[day]: Required value: JobTemplate "echo" needs a value for this parameter, of type string (Which day.)",
        "spec.parameters[dya]: Not found: "dya": JobTemplate "echo" declares no parameter of this name; did you mean "day"? it declares "day", "count", "mode", "files", "force", "any"",
        "spec.parameters[zzzzzzzz]: Not found: "zzzzzzzz": JobTemplate "echo" declares no parameter of this name; it declares "day", "count", "mode", "files", "force", "any"",
        "spec.parameters[day]: Invalid value: 7: must be a string: put it in quotes",
        "spec.parameters[count]: Invalid value: "7": must be a whole number: write it without quotes",
        "spec.parameters[mode]: Unsupported value: "fats": supported values: "fast", "slow"; did you mean "fast"?",
        "spec.parameters[files]: Invalid value: "a": must be a list: write ["a"]",
        "spec.parameters[force]: Invalid value: "true": must be true or false: write it without quotes",
        "spec.parameters[any]: Invalid value: is a number too great to be stored exactly: use a parameter of type string, and put the value in quotes",
        "spec.parameters[day]: Invalid value: "A": must have at least 2 characters",
        "spec.parameters[day]: Invalid value: "A": must match the regular expression ^[a-z]+$",
        "spec.parameters[count]: Invalid value: 0: must be greater than or equal to 1",
        "spec.parameters[day]: Too long: may not be more than 9 characters",
        "spec.parameters[count]: Invalid value: 11: must be less than or equal to 10",
        "spec.parameters[files]: Invalid value: []: must have at least 1 element",
        "spec.parameters[files]: Too many: 3: must have at most 2 elements",
        "spec.parameters[files][0]: Invalid value: "a\\u0000": must not contain the character NUL: no argument or variable of a process can",
        "spec.parameters[files][1]: Invalid value: "\\ud800": must be Unicode text: it contains half of a surrogate pair",
        "spec.parameters[code]: Invalid value: must be one of the values that the template declares",
        "spec.parameters[x]: Too long: the template inserts this value in 3 places, and the Job would have 1.2 MiB; a Job can have at most 1 MiB",
        "spec: Too long: the Job would have 1.1 MiB; a Job can have at most 1 MiB",
        "spec.args[0]: Too long: Linux starts no process with an argument or variable of more than 128 KiB; use a file in a ConfigMap or volume",
        "spec.env[0].value: Too long: Linux starts no process with an argument or variable of more than 128 KiB; use a file in a ConfigMap or volume",
        "spec.parameters[x]: Not found: "x": JobTemplate "echo" declares no parameters",
        "spec.image: Forbidden: JobTemplate "echo" allows only env",
        "spec.nodeSelector: Forbidden: JobTemplate "echo" allows only env",
        "spec.image: Forbidden: JobTemplate "echo" allows no overrides",
        "spec.containers[0].name: Not found: "ecoh": the template has no such container; did you mean "echo"? it has "echo", "sidecar"",
        "spec.containers[1].name: Not found: "zzzzzz": the template has no such container; it has "echo", "sidecar"",
        "spec.containers[3]: Duplicate value: {"name":"echo"}",
        "spec.metadata.labels[queue]: Forbidden: is set on every Job by the template, in its jobMetadata; leave it out",
        "spec.containers[0].args: Duplicate value: container "echo" is the first one, and spec.args sets the same field of it; set one of the two",
        "spec.metadata.labels[hematoscope.app/job-run]: Forbidden: is set by job-template-run itself",
      ]
    `);
  });

  test('with a run of an older revision', () => {
    expect(sentences(CASES.olderRevision)).toMatchInlineSnapshot(`
      [
        "spec.image: Forbidden: JobTemplate "echo" allows no overrides; the present JobTemplate "echo" also applies to runs of older revisions",
        "spec.templateRevision: Forbidden: JobTemplate "echo" allows only its present revision, "c033391fc4"; leave the field out to run it",
        "spec.parameters[day]: Forbidden: the parameter has been removed from the template; the present JobTemplate "echo" also applies to runs of older revisions",
        "spec.parameters[mode]: Unsupported value: "fast": supported values: "slow"; the present JobTemplate "echo" also applies to runs of older revisions",
        "spec.templateRevision: Invalid value: "0a2739d811": the default of this revision for parameter "mode" is not allowed: Unsupported value: "fast": supported values: "slow"; the present JobTemplate "echo" also applies to runs of older revisions",
      ]
    `);
  });

  test('with the reference to a template', () => {
    expect(sentences(CASES.reference)).toMatchInlineSnapshot(`
      [
        "spec.templateRef: Required value: give the name of a JobTemplate in this namespace",
        "spec.templateRef: Required value: give the name of a ClusterJobTemplate",
        "spec.templateRef: Invalid value: "other/echo": a JobRun can only use a JobTemplate of the JobRun's own namespace; give its name alone, without a namespace",
        "spec.templateRef: Invalid value: "other/echo": a ClusterJobTemplate has no namespace; give its name alone",
        "spec.templateRef: Invalid value: "Echo": cannot be the name of a JobTemplate",
        "spec.templateRef: Not found: "ehco": no JobTemplate of this name in namespace "team"; did you mean "echo"?",
        "spec.templateRef: Not found: "ehco": no JobTemplate of this name in namespace "team"; see \`kubectl get jobtemplates -n team\`",
        "spec.templateRef: Not found: "ehco": no JobTemplate of this name in namespace "team"; the namespace has no JobTemplates",
        "spec.templateRef: Not found: "ehco": no ClusterJobTemplate of this name; see \`kubectl get clusterjobtemplates\`",
        "spec.templateRef: Not found: "ehco": no ClusterJobTemplate of this name; there are no ClusterJobTemplates",
        "spec.templateRef: JobTemplate "echo" can't make a Job: spec.template.spec.containers: Required value: a JobTemplate needs at least one container, with a name and an image",
        "metadata.annotations[hematoscope.app/rerun-of]: Invalid value: "Nightly report": must be the name of a JobRun of this namespace",
        "metadata.name: Invalid value: "Nightly report": must be the name of a JobRun: lower case letters, digits, "-" and ".", at most 253 characters",
        "metadata.generateName: Invalid value: "Nightly-": must be the name of a JobRun: lower case letters, digits, "-" and ".", at most 253 characters",
        "metadata.name: Required value: give the JobRun a name, or set generateName",
        "metadata.annotations[hematoscope.app/missing-template]: Unsupported value: "wait": supported values: "Reject", "Wait", "Fail"",
      ]
    `);
  });

  test('with a Job', () => {
    expect(sentences(CASES.job)).toMatchInlineSnapshot(`
      [
        "spec.backoffLimit: Invalid value: -1: must be positive",
        "spec: Invalid value: "x": in the API server's words",
        "spec.paralelism: unknown field "paralelism"; did you mean "parallelism"?",
        "spec.zzzzzz: unknown field "zzzzzz"",
        "spec.parallelism: Duplicate value: the field is set twice",
        "spec.parallelism: Invalid value: string, where int32 is expected",
        "spec.template.spec.containers[0].resources.limits[memory]: Invalid value: "512MB": not a quantity; write it like 2, 500m, 512Mi or 1Gi",
        "spec: Invalid value: in the words of the API server",
      ]
    `);
  });

  test('with a limit for runs, or a run beyond it', () => {
    expect(sentences(CASES.concurrency)).toMatchInlineSnapshot(`
      [
        "runs.concurrency.group: Not found: "$(params.custmer)": parameter "custmer" is not declared; did you mean "customer"? the template declares "customer", "token"",
        "runs.concurrency.group: Invalid value: "$(params.token)": a secret parameter cannot be part of a group, whose name others can read",
        "runs.concurrency.group: Invalid value: "$(HOME)": only parameters can be used here: write $(params.NAME)",
        "spec.templateRef: Forbidden: JobTemplate "echo" permits 1 run at a time; JobRun "first" is not finished",
        "spec.templateRef: Forbidden: group "customers" permits 2 runs at a time, and 5 in the queue; JobRuns "a", "b", "c", "d", "e" and 2 more are not finished",
      ]
    `);
  });

  test('with the callback of a run', () => {
    expect(sentences(CASES.callback)).toMatchInlineSnapshot(`
      [
        "spec.callbackUrl: Forbidden: no callbacks are permitted: the administrator of the cluster permits them by host, with the chart value callbacks.allowedHosts",
        "spec.callbackUrl: Invalid value: must be an absolute URL, such as https://example.com/done",
        "spec.callbackUrl: Invalid value: "http:": must be an https URL; the chart value callbacks.allowHttp permits http",
        "spec.callbackUrl: Invalid value: "ftp:": must be an https URL",
        "spec.callbackUrl: Invalid value: must have no user name and no password; use spec.callbackTokenSecretRef",
        "spec.callbackUrl: Invalid value: "127.0.0.1": must have the name of a host, not an IP address",
        "spec.callbackUrl: Unsupported value: "other.example.com": supported values: "hooks.example.com"; the administrator of the cluster sets them with the chart value callbacks.allowedHosts",
        "spec.callbackUrl: Required value: a callback with a token needs the URL of its receiver",
        "spec.callbackTokenSecretRef.name: Forbidden: callbacks may not read Secret "token" of namespace "team": the administrator of the cluster permits it with the chart value callbacks.secrets",
        "runs.callback.url: Invalid value: must have no user name and no password; use runs.callback.tokenSecretRef",
        "runs.callback.tokenSecretRef.name: Forbidden: callbacks may not read Secret "token" in any namespace: the administrator of the cluster permits it with the chart value callbacks.secrets",
        "spec.callbackToken: Forbidden: spec.callbackTokenSecretRef is set as well; set one of the two",
        "spec.callbackToken: Invalid value: must have only printable ASCII characters, and no blank at its ends",
      ]
    `);
  });

  test('with the results of a run', () => {
    expect(sentences(CASES.results)).toMatchInlineSnapshot(`
      [
        "results[rows]: Required value: the template declares this result, of type integer",
        "results[text]: Invalid value: 7: must be a string: put it in quotes",
        "results[row]: Not found: "row": the template declares no result of this name; did you mean "rows"? it declares "rows", "text"",
        "results[zzzzzz]: Not found: "zzzzzz": the template declares no result of this name; it declares "rows", "text"",
      ]
    `);
  });

  test('is listed above completely', () => {
    for (const cases of Object.values(CASES)) sentences(cases);
    expect(callSites().filter((site) => !called.has(site))).toEqual([]);
    expect(callSites().length).toBeGreaterThan(40);
  });

  test('is a sentence that begins as those of Kubernetes do', () => {
    const begins =
      /^(?:Invalid value|Required value|Unsupported value|Not found|Forbidden|Duplicate value|Too long|Too many): /;
    const messages = Object.values(CASES).flatMap((cases) => cases.flatMap((errors) => errors()));
    const others = messages.filter(({ message }) => !begins.test(message)).map(({ message }) => message);
    // The decoder of the API server; and an error of the template after the template's name.
    expect(
      others.filter((message) => !/^unknown field "|^JobTemplate "echo" can't make a Job: /.test(message)),
    ).toEqual([]);
  });
});

const statusOf = (observation: Observation): string[] => {
  const { error, conditions = [] } = jobRunStatus(echoRun(), observation, '2026-11-24T12:00:00Z');
  return [...(error === undefined ? [] : [error]), ...conditions.map(({ message }) => message ?? '')];
};

function statusSentences(): string[] {
  const job = { metadata: { name: 'echo-1' }, status: {} };
  const failed = {
    type: 'Failed',
    status: 'True',
    reason: 'BackoffLimitExceeded',
    message: 'Job has reached its limit',
  };
  const all = [
    statusOf({ kind: 'job', job: { ...job, status: { conditions: [failed] } } }),
    statusOf(standing({ ...job, metadata: { name: 'echo-1', deletionTimestamp: '2026-11-24T12:00:00Z' } })),
    statusOf(jobDeleted('echo-1', 'was deleted before it finished')),
  ];
  return Array.from(new Set(all.flat()));
}

function trialSentences(): string[] {
  const parameters = [
    { name: 'day', schema: { type: 'string', pattern: 'a', maxLength: 1 } },
    { name: 'image', default: 'a b' },
  ];
  const spec = { template: { spec: { containers: [{ name: 'main', image: '$(params.image)' }] } } };
  const compiled = compileTemplate({ spec, parameters } as TemplateContent);
  const error = field.invalid('spec.template.spec.containers[0].image', 'a b', 'must not have blanks');
  return [...trialOf(compiled).warnings, ...trialFindings(compiled, [error]).warnings];
}

test('what a status contains', () => {
  expect(statusSentences()).toMatchInlineSnapshot(`
    [
      "Job failed: BackoffLimitExceeded: Job has reached its limit",
      "Job has reached its limit",
      "Job echo-1 was created",
      "BackoffLimitExceeded: Job has reached its limit",
      "Job "echo-1" is being deleted before it finished",
      "Job "echo-1" was deleted before it finished",
    ]
  `);
});

test('what a trial of a template warns of', () => {
  expect(trialSentences()).toMatchInlineSnapshot(`
    [
      "fields with a parameter that has no default, enum or example were not checked; to have them checked, add schema.examples to "day"",
      "a Job with the template's own values for its parameters would be refused: spec.template.spec.containers[0].image: Invalid value: "a b": must not have blanks",
    ]
  `);
});

/** Words that the style guide replaces, and mistakes that a program can find. */
const BAD: [string, RegExp][] = [
  ['a program that speaks', /\b(told|tells?|says?|said|saying)\b/i],
  ['"stands" for "is"', /\bstands?\b/i],
  ['"whoever"', /\bwhoever\b/i],
  ['"anew"', /\banew\b/i],
  ['"in vain", "is none", "of no use"', /\b(in vain|is none|are none|of no use)\b/i],
  ['"kept" for "stored"', /\bkept\b/i],
  ['two blanks, or one at an end', / {2}|^ | $/],
  ['a period at the end', /\.$/],
  ['a word twice', /\b([a-z]+) \1\b/i],
  ['"a" before a vowel', /\ba (?=[aeiou](?!ni|se|ne))/i],
  ['an empty part', /: :|; ;|, ,|undefined|null|\[object/],
];

test.each(BAD)('no sentence has %s', (_, bad) => {
  const all = [...Object.values(CASES).flatMap(sentences), ...statusSentences(), ...trialSentences()];
  expect(all.filter((sentence) => bad.test(sentence))).toEqual([]);
});
