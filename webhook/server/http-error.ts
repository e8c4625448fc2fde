/** A request that cannot be answered with an AdmissionReview. The message is sent to the client. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly statusCode: number;

  constructor(statusCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.statusCode = statusCode;
  }
}

const REASONS: Record<number, string> = {
  400: 'BadRequest',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  413: 'RequestEntityTooLarge',
  500: 'InternalError',
};

/** The body of an error response: a `metav1.Status`, which the API server includes in its answer to the user. */
export function errorBody(code: number, message: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    code,
    reason: REASONS[code] ?? 'BadRequest',
    message,
  };
}
