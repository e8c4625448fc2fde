/** A request that is not answered with an AdmissionReview; the message is for whoever sent it. */
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

/** The body of an error: a `metav1.Status`, which the API server takes over into what it tells its own client. */
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
