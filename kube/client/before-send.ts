import type { Dispatcher } from 'undici';

/** What a request may carry besides undici's own options. */
export interface BeforeSend {
  /** Called when the request is about to be written to its socket; a throw keeps it from being sent, and is its error. */
  beforeSend?: (() => void) | undefined;
}

/**
 * A request waits in its pool until a connection is free, or as long as the process is frozen. What allowed it when it was
 * made, leadership for instance, may be over by then: so it is asked at the last moment.
 */
export const asksBeforeSending: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { beforeSend } = options as BeforeSend;
  return dispatch(options, beforeSend ? asking(handler, beforeSend) : handler);
};

function asking(handler: Dispatcher.DispatchHandler, beforeSend: () => void): Dispatcher.DispatchHandler {
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
