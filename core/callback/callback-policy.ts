/** Which callbacks the administrator permits: `callbacks` of the chart. */
export interface CallbackPolicy {
  /** See `host-pattern.ts`. Empty: no callback is permitted. */
  allowedHosts: readonly string[];
  /** Whether `http:` is permitted besides `https:`. */
  allowHttp: boolean;
  /** The Secrets that callbacks may read, each as `namespace/name`. */
  secrets: readonly string[];
}

/** The same, as environment variables have it: lists are separated by commas. */
export interface CallbackVariables {
  callbackAllowedHosts: string;
  callbackAllowHttp: boolean;
  callbackSecrets: string;
}

/** The policy that the environment of a process sets. */
export function callbackPolicyOf(variables: CallbackVariables): CallbackPolicy {
  return {
    allowedHosts: listed(variables.callbackAllowedHosts),
    allowHttp: variables.callbackAllowHttp,
    secrets: listed(variables.callbackSecrets),
  };
}

function listed(text: string): string[] {
  return text.split(',').filter((item) => item !== '');
}
