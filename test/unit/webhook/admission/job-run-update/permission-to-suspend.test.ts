import { expect, it } from 'vitest';
import { permissionToSuspend } from '../../../../../webhook/admission/job-run-update/permission-to-suspend.ts';
import { jobRunUpdate } from '../cases.ts';

const refusing = permissionToSuspend({ authorization: { refusalOfSuspend: () => Promise.resolve('no') } });

it('is required only if suspend changes', async () => {
  expect(await refusing(jobRunUpdate({}, { suspend: true }))).toEqual({ unauthorized: 'no' });
  expect(await refusing(jobRunUpdate({ suspend: true }, { suspend: true }))).toEqual({});
});
