import { describe, expect, it } from 'vitest';
import { cacheDirectory } from '../../../local-kubernetes/paths.ts';

describe('cacheDirectory', () => {
  it.each([
    [{}, /\/\.cache\/job-template-run$/],
    [{ XDG_CACHE_HOME: '/x' }, /^\/x\/job-template-run$/],
    [{ XDG_CACHE_HOME: '/x', JTR_CACHE: '/y' }, /^\/y$/],
    [{ XDG_CACHE_HOME: '', JTR_CACHE: '' }, /\/\.cache\/job-template-run$/],
  ])('keeps the cache of %j', (env, expected) => {
    expect(cacheDirectory(env)).toMatch(expected);
  });
});
