import { subscribe } from 'node:diagnostics_channel';
import { constants } from 'node:http2';
import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';

/**
 * Cancels answers that nobody waits for any more.
 *
 * If an HTTP/2 request is aborted at the moment it begins, Node still sends it, and does not tell the server that it was
 * aborted. When the server answers, Node creates a new stream for the answer, as for a push. Nobody reads this
 * stream or listens to its events: a watch continues at the server for as long as the connection lives, and the end of
 * the connection is an uncaught exception. So such a stream is cancelled as soon as it is created.
 *
 * Node announces the stream of a request with the request's headers, and such a stream with the answer's.
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
