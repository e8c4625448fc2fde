import type { CallbackOptions } from '../../../../syncer/controller/controller-options.ts';

/** No callback is permitted, and none is sent. */
export const NO_CALLBACKS: CallbackOptions = {
  policy: { allowedHosts: [], allowHttp: false, secrets: [] },
  sender: { send: () => Promise.reject(new Error('no callback is sent')) },
};
