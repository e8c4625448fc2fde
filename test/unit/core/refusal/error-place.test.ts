import { expect, it } from 'vitest';
import type { Job } from '../../../../api/wire.ts';
import type { FieldError } from '../../../../core/errors/field-error.ts';
import { field } from '../../../../core/errors/field.ts';
import { atEntries, limitBeside } from '../../../../core/refusal/error-place.ts';

const JOB: Job = {
  metadata: { labels: { team: 'a b', owner: 'a b', fine: 'x', 'Bad Key': 'y' } },
  spec: {
    template: {
      metadata: { labels: { 'example.com/zone': '-' } },
      spec: {
        nodeSelector: { disk: 'x y' },
        containers: [{ name: 'c', resources: { requests: { memory: '2Gi', cpu: '4' }, limits: { memory: '1Gi' } } }],
      },
    },
  },
};

const at = (path: string, message: string): FieldError => ({ path, reason: 'FieldValueInvalid', message });
const invalid = (path: string, value: string): FieldError => at(path, `Invalid value: "${value}": a valid label …`);
const RESOURCES = 'spec.template.spec.containers[0].resources';

it.each<[string, FieldError[], string[]]>([
  ['a label of the Job', [invalid('metadata.labels', 'x')], ['metadata.labels[fine]']],
  ['the key of a label', [invalid('metadata.labels', 'Bad Key')], ['metadata.labels[Bad Key]']],
  [
    'two labels with the same value',
    [invalid('metadata.labels', 'a b'), invalid('metadata.labels', 'a b'), invalid('metadata.labels', 'a b')],
    ['metadata.labels[team]', 'metadata.labels[owner]', 'metadata.labels[team]'],
  ],
  [
    'a label of the Pods',
    [invalid('spec.template.metadata.labels', '-')],
    ['spec.template.metadata.labels[example.com/zone]'],
  ],
  ['a node label', [invalid('spec.template.spec.nodeSelector', 'x y')], ['spec.template.spec.nodeSelector[disk]']],
  [
    'a request above its limit',
    [at(`${RESOURCES}.requests`, 'Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi')],
    [`${RESOURCES}.requests[memory]`],
  ],
  ['a value that no entry has', [invalid('metadata.labels', 'z')], ['metadata.labels']],
  ['another message', [at('metadata.labels', 'Too long')], ['metadata.labels']],
  ['another field', [invalid('spec.template.spec.containers[0].name', 'c')], ['spec.template.spec.containers[0].name']],
  ['a map that the Job does not have', [invalid('metadata.annotations', 'x')], ['metadata.annotations']],
  ['a list in place of a map', [invalid('spec.containers.labels', 'x')], ['spec.containers.labels']],
])('%s', (_, errors, paths) => {
  expect(atEntries(errors, JOB).map(({ path }) => path)).toEqual(paths);
});

it.each<[string, FieldError, string | undefined]>([
  [
    'a request above its limit',
    at(`${RESOURCES}.requests[memory]`, 'Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi'),
    `${RESOURCES}.limits[memory]`,
  ],
  [
    'a request that must equal its limit',
    at(`${RESOURCES}.requests[nvidia.com/gpu]`, 'Invalid value: "2": must be equal to nvidia.com/gpu limit of 1'),
    `${RESOURCES}.limits[nvidia.com/gpu]`,
  ],
  ['a negative request', at(`${RESOURCES}.requests[cpu]`, 'Invalid value: "-1": must be greater than 0'), undefined],
  ['a field that is not a request', at('spec.backoffLimit', 'must be equal to cpu limit of 1'), undefined],
])('the limit beside %s', (_, error, path) => {
  expect(limitBeside(error)).toBe(path);
});

it('in a map of more than a thousand entries, the entry is not searched', () => {
  const labels = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`k${index}`, '!']));
  const job = { metadata: { labels } };
  const error = field.reported('metadata.labels', 'FieldValueInvalid', 'Invalid value: "!": no label');
  expect(atEntries([error], job)).toEqual([error]);
});
