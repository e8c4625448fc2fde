/** Bounds the connections of clients that have not shown who they are, without keeping out those that come later. */
import type { Server, Socket } from 'node:net';

/**
 * Closes the oldest connection for each new one above the limit. A newcomer is never refused: if it were, a client that
 * holds many idle connections would keep out everybody else. There is no limit for each address, because the addresses
 * of the API server, of nodes and of Pods can be the same behind a proxy or NAT.
 */
export class ConnectionLimit {
  /** In the order of their arrival. */
  readonly #strangers = new Map<string, Socket>();

  /** @param most of the connections that are not trusted */
  static on(server: Server, most: number): ConnectionLimit {
    const limit = new ConnectionLimit();
    server.on('connection', (socket: Socket) => {
      limit.#add(socket, most);
    });
    return limit;
  }

  /** The connection no longer counts, and is never closed for another one. */
  trust(socket: Socket): void {
    this.#strangers.delete(keyOf(socket));
  }

  #add(socket: Socket, most: number): void {
    const key = keyOf(socket);
    this.#strangers.set(key, socket);
    socket.once('close', () => {
      if (this.#strangers.get(key) === socket) this.#strangers.delete(key);
    });
    const [oldest] = this.#strangers.values();
    if (this.#strangers.size > most) oldest?.destroy();
  }
}

/** The same for a TLS socket and for the socket below it. */
function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}
