import { describe, expect, it } from 'vitest';
import { copiedPaths } from '../../../../local-kubernetes/images/image-inputs.ts';

describe('copiedPaths', () => {
  it('finds the paths that a Dockerfile copies from its context', () => {
    const dockerfile = [
      'FROM node AS build',
      'COPY package.json package-lock.json ./',
      'COPY --chown=1:1 ./api api',
      'copy core \\',
      '  kube /app/',
      'RUN echo COPY nothing',
      'COPY --from=build /app/dist dist',
    ].join('\n');
    expect(copiedPaths(dockerfile)).toEqual(['api', 'core', 'kube', 'package-lock.json', 'package.json']);
  });
});
