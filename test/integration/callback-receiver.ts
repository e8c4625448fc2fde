import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ServingCertificate } from '../../local-kubernetes/control-plane/certificates.ts';

/** The name in its certificate. Only tests resolve it. */
export const RECEIVER_HOST = 'receiver.example.com';

/** A callback as the receiver got it. */
export interface ReceivedCallback {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

/** How a receiver treats one request. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

export const answering =
  (code: number, headers: Record<string, string> = {}): Behaviour =>
  (_request, response) => {
    response.writeHead(code, headers).end('the receiver wrote this');
  };

/** A receiver of callbacks with HTTPS. */
export class CallbackReceiver {
  readonly received: ReceivedCallback[] = [];
  behaviour: Behaviour = answering(204);
  readonly #tls: { cert: Buffer; key: Buffer };
  #server: Server;
  #port = 0;

  private constructor(tls: { cert: Buffer; key: Buffer }) {
    this.#tls = tls;
    this.#server = this.#newServer();
  }

  static async start({ cert, key }: ServingCertificate): Promise<CallbackReceiver> {
    const receiver = new CallbackReceiver({ cert: await readFile(cert), key: await readFile(key) });
    await receiver.listen();
    return receiver;
  }

  get url(): string {
    return `https://${RECEIVER_HOST}:${this.#port}/done`;
  }

  /** The bodies of what was received, by the name of the run. */
  of(name: string): ReceivedCallback[] {
    return this.received.filter(({ body }) => body['name'] === name);
  }

  /** Listens again after {@link close}, at the same port. */
  async listen(): Promise<void> {
    if (this.#server.listening) return;
    this.#server = this.#newServer();
    await once(this.#server.listen(this.#port, '127.0.0.1'), 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #newServer(): Server {
    return createServer(this.#tls, (request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (part: string) => (text += part));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        this.received.push({ method, path, headers, body: JSON.parse(text) as Record<string, unknown> });
        this.behaviour(request, response);
      });
    });
  }
}
