import { describe, expect, it } from 'vitest';
import { knownFieldsBeside } from '../../../../core/refusal/known-fields.ts';

describe('the known fields beside a field', () => {
  it.each<[string, string, string[]]>([
    ['of a JobSpec', 'spec.paralelism', ['parallelism', 'completions', 'template']],
    ['of a Pod template', 'spec.template.x', ['metadata', 'spec']],
    ['of the Pods', 'spec.template.spec.x', ['containers', 'volumes', 'restartPolicy']],
    ['of a container', 'spec.template.spec.containers[0].x', ['command', 'args', 'image']],
    ['of an init container by a key', 'spec.template.spec.initContainers[init].x', ['command', 'args', 'image']],
    ['of resources', 'spec.template.spec.containers[11].resources.x', ['limits', 'requests', 'claims']],
    ['of the metadata of Pods', 'spec.template.metadata.x', ['labels', 'annotations']],
    ['of an element of an element', 'spec.template.spec.containers[0].env[1].x', ['name', 'value', 'valueFrom']],
  ])('are those %s', (_, path, some) => {
    expect(knownFieldsBeside(path)).toEqual(expect.arrayContaining(some));
  });

  it('are only those', () => {
    expect(knownFieldsBeside('spec.template.x')).toEqual(['metadata', 'spec']);
  });

  it.each([
    ['the root has another name', 'status.x'],
    ['the root is in no object', 'x.spec.y'],
    ['a parent field is unknown', 'spec.nowhere.x'],
    ['two parent fields are unknown', 'spec.nowhere.there.x'],
    ['a parent field is a property of every object', 'spec.constructor.x'],
    ['a parent field has no fields', 'spec.parallelism.x'],
    ['the keys are free', 'spec.template.metadata.labels.x'],
    ['there is no path', ''],
  ])('are none where %s', (_, path) => {
    expect(knownFieldsBeside(path)).toEqual([]);
  });
});
