import { describe, expect, it } from 'vitest';
import type { ParameterValue } from '../../../../api/parameter.ts';
import { placeholderPlan } from '../../../../core/template/placeholder-plan.ts';
import { bytesOfValue, sizePlan } from '../../../../core/template/size-plan.ts';

describe('the size plan', () => {
  it('counts how often each parameter is used, and where', () => {
    const container = {
      name: 'a',
      image: '$(params.x):$(params.y)',
      args: ['$(params.x) $(params.x)', '$(params.list[*])', '$$(params.x)'],
      lifecycle: { preStop: { exec: { command: ['$(params.list[*])', '$(params.x)'] } } },
    };
    const { root } = placeholderPlan({ template: { spec: { containers: [container] } } });
    expect(Object.fromEntries(sizePlan(root))).toEqual({
      x: { plain: 2, expanded: 2, elements: 0 },
      y: { plain: 1, expanded: 0, elements: 0 },
      list: { plain: 0, expanded: 0, elements: 2 },
    });
  });

  it('is empty without placeholders', () => {
    expect(sizePlan(placeholderPlan({ template: {} }).root).size).toBe(0);
  });
});

describe('the bytes of a value', () => {
  const plain = { plain: 3, expanded: 0, elements: 0 };
  const expanded = { plain: 0, expanded: 3, elements: 0 };
  const elements = { plain: 0, expanded: 0, elements: 3 };

  it.each<[string, ParameterValue, object, number]>([
    ['are those of its JSON, for each use', 'ab', plain, 3 * 4],
    ['are those in UTF-8', '€', plain, 3 * 5],
    ['count what JSON escapes', '\n', plain, 3 * 4],
    ['count each dollar twice where the kubelet expands', '$$', expanded, 3 * 6],
    ['count each dollar once elsewhere', '$$', plain, 3 * 4],
    ['are those of a number', 12, plain, 3 * 2],
    ['are those of all elements', ['a', '$'], elements, 3 * 10],
    ['count the quotes of elements that become text', [1, true], elements, 3 * (8 + 4)],
  ])('%s', (_, value, uses, bytes) => {
    expect(bytesOfValue(value, uses as typeof plain)).toBe(bytes);
  });
});
