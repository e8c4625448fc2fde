import { expect, it } from 'vitest';
import { Readiness } from '../../../../webhook/server/readiness.ts';

it('lists what is missing, in the order in which it was added', () => {
  const readiness = new Readiness();
  expect(readiness.missing()).toEqual([]);
  let certificate: string | undefined = 'not read yet';
  readiness.add('certificate', () => certificate);
  readiness.add('ready', () => undefined);
  readiness.add('caches', () => 'not listed yet');
  expect(readiness.missing()).toEqual([
    { what: 'certificate', why: 'not read yet' },
    { what: 'caches', why: 'not listed yet' },
  ]);
  certificate = undefined;
  expect(readiness.missing().map(({ what }) => what)).toEqual(['caches']);
});
