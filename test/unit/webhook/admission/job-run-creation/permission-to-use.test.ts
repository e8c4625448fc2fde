import { expect, it } from 'vitest';
import { permissionToUse } from '../../../../../webhook/admission/job-run-creation/permission-to-use.ts';
import { jobRunCreation } from '../cases.ts';

it.each([undefined, 'no'])('reports the refusal of the authorization: %s', async (refusal) => {
  const asked: unknown[] = [];
  const refusalOfCreate = (...args: unknown[]) => {
    asked.push(...args);
    return Promise.resolve(refusal);
  };
  const creation = jobRunCreation();
  expect(await permissionToUse({ authorization: { refusalOfCreate } })(creation)).toEqual({ unauthorized: refusal });
  expect(asked).toEqual([creation.request, creation.run, creation.signal]);
});
