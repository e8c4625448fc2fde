import type { Logger } from 'pino';
import type { KubeObject } from '../../api/wire.ts';
import type { CacheHandlers } from './cache.ts';

/** The same handlers, except that an error of a handler is logged: a bug in it must not end the watch. */
export function guardedHandlers<T extends KubeObject>(handlers: CacheHandlers<T>, logger: Logger): CacheHandlers<T> {
  const guard = <A extends unknown[]>(handler: ((...args: A) => void) | undefined): ((...args: A) => void) => {
    return (...args) => {
      try {
        handler?.(...args);
      } catch (err) {
        logger.error({ err }, 'a handler of watch events threw');
      }
    };
  };
  return {
    onAdd: guard(handlers.onAdd),
    onUpdate: guard(handlers.onUpdate),
    onDelete: guard(handlers.onDelete),
  };
}
