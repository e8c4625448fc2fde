import { subscribe } from 'node:diagnostics_channel';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';

const MIB = 2 ** 20;

/** A few of the largest events of a watch: a JobRun of 256 KiB, its status and its managed fields. */
const SETTINGS = { maxFrameSize: MIB, initialWindowSize: 2 * MIB };

/** How many bytes the server may send on one connection before this side has read them. */
export const CONNECTION_WINDOW_BYTES = 4 * MIB;

const announced = new WeakSet<ClientHttp2Session>();

/**
 * Lets the server send an event of a watch in one piece.
 *
 * Without this, an HTTP/2 server cuts an event into frames of 16 KiB. The API server switches between goroutines for each
 * frame. If its CPUs are busy, each switch takes milliseconds. Then the events of large JobRuns are sent more slowly than
 * they occur, so the events of all JobRuns come later and later.
 *
 * undici has no option for these settings. Node publishes each stream with its session, so they are announced when the
 * first request of a session begins.
 */
subscribe('http2.client.stream.created', (message) => {
  const { session } = (message as { stream: ClientHttp2Stream }).stream;
  if (!isClient(session) || announced.has(session)) return;
  announced.add(session);
  session.settings(SETTINGS);
});

const isClient = (session: ClientHttp2Stream['session']): session is ClientHttp2Session =>
  session !== undefined && !session.destroyed;
