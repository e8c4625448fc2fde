import { isDenied, isNotFound, KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import { CommandError, InterruptedError, TimedOutError } from './command-error.ts';
import { EXIT } from './exit-code.ts';

/** What a user reads of an error, and how the command exits. */
export interface ErrorReport {
  message: string;
  exitCode: number;
}

/** @throws the error itself if neither the user, the cluster nor the network caused it. */
export function errorReport(error: unknown): ErrorReport {
  if (error instanceof CommandError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof InterruptedError) return { message: error.message, exitCode: EXIT.interrupted };
  if (error instanceof TimedOutError) return { message: error.message, exitCode: EXIT.notFinishedInTime };
  if (error instanceof KubeApiError) return { message: refusalText(error), exitCode: EXIT.nothingStarted };
  if (error instanceof KubeConnectionError) {
    return { message: `the API server cannot be reached: ${error.message}`, exitCode: EXIT.nothingStarted };
  }
  throw error;
}

/** The API server's message. Of several causes, each has its own line. */
function refusalText(error: KubeApiError): string {
  const { message = '', details } = error.status;
  if (isNotFound(error) || !isDenied(error)) return message || error.message;
  const causes = details?.causes ?? [];
  if (causes.length === 0) return message;
  return ['refused:', ...causes.map((cause) => `  ${causeText(cause)}`)].join('\n');
}

function causeText({ field = '', message = '' }: { field?: string; message?: string }): string {
  return field === '' ? message : `${field}: ${message}`;
}
