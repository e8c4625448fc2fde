/** A Job status that the API server accepts as complete. */
export function completed(): object {
  const now = new Date().toISOString().replace(/\.\d+/, '');
  const condition = {
    status: 'True',
    lastProbeTime: now,
    lastTransitionTime: now,
    reason: 'CompletionsReached',
    message: 'Reached expected number of succeeded pods',
  };
  return {
    startTime: now,
    completionTime: now,
    active: null,
    ready: 0,
    succeeded: 1,
    terminating: 0,
    conditions: [
      { ...condition, type: 'SuccessCriteriaMet' },
      { ...condition, type: 'Complete' },
    ],
    uncountedTerminatedPods: {},
  };
}

/** A Job status that the API server accepts as failed. */
export function failed(): object {
  const now = new Date().toISOString().replace(/\.\d+/, '');
  const condition = {
    status: 'True',
    lastProbeTime: now,
    lastTransitionTime: now,
    reason: 'BackoffLimitExceeded',
    message: 'Job has reached the specified backoff limit',
  };
  return {
    startTime: now,
    active: null,
    failed: 1,
    conditions: [
      { ...condition, type: 'FailureTarget' },
      { ...condition, type: 'Failed' },
    ],
    uncountedTerminatedPods: {},
  };
}
