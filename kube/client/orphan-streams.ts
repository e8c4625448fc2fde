import { subscribe } from 'node:diagnostics_channel';
import { constants } from 'node:http2';
import type { ClientHttp2Stream, IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';

/**
 * Answers that nobody waits for any more. A request over HTTP/2 that is given up at the moment it begins is sent all the
 * same, and the server is not told that it was given up. When it answers, Node makes a stream of its own for the answer,
 * as for a push, that nobody reads or listens to: a watch then goes on at the server for as long as the connection does,
 * and the connection's end is an uncaught exception. Such a stream is cancelled here as soon as it is made.
 *
 * A stream of a request is made with the headers that are sent, one of these with those that came.
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
