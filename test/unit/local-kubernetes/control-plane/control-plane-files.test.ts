import { describe, expect, it } from 'vitest';
import { firstAddress } from '../../../../local-kubernetes/control-plane/control-plane-files.ts';

describe('firstAddress', () => {
  it('knows the address of the API server in a Service range', () => {
    expect(firstAddress('10.96.0.0/16')).toBe('10.96.0.1');
  });
});
