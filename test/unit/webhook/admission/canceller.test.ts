import { describe, expect, it } from 'vitest';
import { jobRunCase } from '../../../../webhook/admission/admission-case.ts';
import { cancellerAnnotation, cancellerOf, isCancelled } from '../../../../webhook/admission/canceller.ts';
import { jobRunReview } from '../reviews.ts';

const KEY = 'hematoscope.app/cancelled-by';
const { signal } = new AbortController();
const CANCEL = { cancel: true };

interface Version {
  spec?: object;
  by?: string;
}
const metadataOf = ({ by }: Version) => (by === undefined ? {} : { annotations: { [KEY]: by } });
const specOf = ({ spec }: Version) => ({ templateRef: 'echo', ...spec });
const created = (is: Version) => jobRunReview(specOf(is), metadataOf(is)).request;
const updated = (was: Version, is: Version) =>
  jobRunReview(specOf(is), metadataOf(is), {
    operation: 'UPDATE',
    userInfo: { username: 'olga' },
    oldObject: { metadata: metadataOf(was), spec: specOf(was) },
  }).request;

describe('the user that cancels a run', () => {
  it.each([
    ['is the user of the request that sets the field', updated({}, { spec: CANCEL }), 'olga'],
    ['is the user of the request that creates the run with it', created({ spec: CANCEL, by: 'x' }), 'jane'],
    ['is the stored one from then on', updated({ spec: CANCEL, by: 'anna' }, { spec: CANCEL }), 'anna'],
    ['is not known if the run was cancelled without admission', updated({ spec: CANCEL }, { spec: CANCEL }), undefined],
    ['is nobody before', updated({}, { by: 'olga' }), undefined],
    ['is nobody in a new run without the field', created({ by: 'jane' }), undefined],
  ])('%s', (_sentence, request, user) => {
    expect(cancellerOf(request)).toBe(user);
  });
});

describe('the annotation', () => {
  it.each([
    ['can be absent', updated({}, { spec: CANCEL }), []],
    ['can be the truth', updated({}, { spec: CANCEL, by: 'olga' }), []],
    ['can stay', updated({ spec: CANCEL, by: 'anna' }, { spec: CANCEL, by: 'anna' }), []],
    ['cannot be another user', updated({}, { spec: CANCEL, by: 'anna' }), [KEY]],
    ['cannot change', updated({ spec: CANCEL, by: 'anna' }, { spec: CANCEL, by: 'olga' }), [KEY]],
    ['cannot be set on a run that is not cancelled', created({ by: 'jane' }), [KEY]],
  ])('%s', (_sentence, request, keys) => {
    const { errors = [] } = cancellerAnnotation(jobRunCase(request, signal));
    expect(errors.map(({ path }) => path)).toEqual(keys.map((key) => `metadata.annotations[${key}]`));
  });
});

it.each([[null], [undefined], [{ spec: null }], [{ spec: { cancel: 'true' } }], [{ spec: { cancel: null } }]])(
  'an object of another shape is not cancelled: %j',
  (object) => {
    expect(isCancelled(object as never)).toBe(false);
  },
);
