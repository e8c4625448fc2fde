import type { Dispatcher } from 'undici';

/** Option of a request, besides undici's own. */
export interface BeforeSend {
  /** Called just before the request is written to its socket. If it throws, nothing is sent, and the call fails. */
  beforeSend?: (() => void) | undefined;
}

/**
 * Calls `beforeSend` at the last moment. A request waits in its pool until a connection is free, and while the process
 * is paused. In the meantime, the condition for sending it may end: for instance, the process may lose its leadership.
 */
export const beforeSendInterceptor: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { beforeSend } = options as BeforeSend;
  return dispatch(options, beforeSend ? checkingHandler(handler, beforeSend) : handler);
};

function checkingHandler(handler: Dispatcher.DispatchHandler, beforeSend: () => void): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context: unknown) => {
      handler.onRequestStart?.(controller, context);
      try {
        beforeSend();
      } catch (error) {
        controller.abort(error instanceof Error ? error : new Error(String(error)));
      }
    },
    onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
    onResponseStart: (...given) => handler.onResponseStart?.(...given),
    onResponseData: (...given) => handler.onResponseData?.(...given),
    onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
    onResponseError: (...given) => handler.onResponseError?.(...given),
  };
}
