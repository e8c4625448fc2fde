import { describe, expect, it } from 'vitest';
import { isNodeReady } from '../../../../local-kubernetes/node/readiness.ts';

describe('isNodeReady', () => {
  it.each([
    ['a ready node', { status: { conditions: [{ type: 'Ready', status: 'True' }] } }, true],
    ['a lost node', { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }, false],
    ['a node that has just registered', { status: {} }, false],
    ['an error of the API server', { kind: 'Status', status: 'Failure' }, false],
  ])('recognizes %s', (_, node, ready) => {
    expect(isNodeReady(JSON.stringify(node))).toBe(ready);
  });
});
