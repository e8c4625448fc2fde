import { subscribe } from 'node:diagnostics_channel';
import { constants } from 'node:http2';
import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';

/**
 * Cancels answers to aborted requests.
 *
 * If an HTTP/2 request is aborted at the moment it begins, Node still sends it, and does not cancel it on the server.
 * When the server answers, Node creates a new stream for the answer, as for a push. Nobody reads this stream or listens
 * to its events. So a watch continues on the server as long as the connection lives, and the end of the connection is an
 * uncaught exception. This code cancels such a stream as soon as it is created.
 *
 * Node publishes the stream of a request with the request's headers, but such a stream with the answer's headers.
 */
subscribe('http2.client.stream.created', (message) => {
  const { stream, headers } = message as {
    stream: ClientHttp2Stream;
    headers: IncomingHttpHeaders | OutgoingHttpHeaders;
  };
  if (headers[constants.HTTP2_HEADER_STATUS] === undefined) return;
  stream.on('error', () => undefined);
  stream.close(constants.NGHTTP2_CANCEL);
});
