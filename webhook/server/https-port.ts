import type { Logger } from 'pino';
import { logConnectionErrors } from '../../kube/process/connection-errors.ts';
import { listenAnywhere } from '../../kube/process/listen.ts';
import type { KeyPair } from '../tls/key-pair.ts';
import type { App } from './app.ts';

export interface HttpsPortOptions {
  app: App;
  config: { host: string; port: number };
  logger: Logger;
  /** Called when the port cannot be opened. */
  onFatal?: ((error: unknown) => void) | undefined;
}

/** Opens the HTTPS port with the first certificate. Later certificates apply to new connections. */
export class HttpsPort {
  readonly #options: HttpsPortOptions;
  #listening: Promise<void> | undefined;

  constructor(options: HttpsPortOptions) {
    this.#options = options;
  }

  serveWith({ cert, key, clientCa }: KeyPair): void {
    const ca = clientCa && { ca: clientCa };
    this.#options.app.server.setSecureContext({ cert, key, ...ca, minVersion: 'TLSv1.2' });
    this.#listening ??= this.#listen();
  }

  async #listen(): Promise<void> {
    const { app, config, logger, onFatal } = this.#options;
    try {
      await listenAnywhere(config.host, (host) => app.listen({ host, port: config.port }));
      logConnectionErrors(app.server, logger);
      logger.info({ address: app.server.address() }, 'listening');
    } catch (err) {
      logger.fatal({ err }, 'the HTTPS port cannot be opened');
      onFatal?.(err);
    }
  }
}
