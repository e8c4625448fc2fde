import { createHash } from 'node:crypto';
import type { EventsV1Event } from '@kubernetes/client-node';
import type { KubeObject, Wire } from '../../api/wire.ts';

export type Event = Wire<EventsV1Event>;

/** Something worth an Event about an object. An object gets one Event for each reason. */
export interface Happening {
  type: 'Normal' | 'Warning';
  /** PascalCase, for programs. */
  reason: string;
  /** PascalCase: the action that was taken or failed. */
  action: string;
  /** A sentence; cut at 1,024 bytes. */
  note: string;
  related?: KubeObject | undefined;
}

/** The program that reports an Event. */
export interface Reporter {
  /** Name of the controller, with a domain. */
  controller: string;
  /** Name of this process. */
  instance: string;
}

/**
 * The Event for an occurrence. Its name is derived from the object's uid and the reason, so that a restarted process does
 * not write a second one.
 */
export function eventFor(regarding: KubeObject, happening: Happening, reporter: Reporter): Event {
  const { name = '', namespace = 'default', uid = '' } = regarding.metadata ?? {};
  const hash = createHash('sha256').update(`${uid}/${happening.reason}`).digest('hex').slice(0, 16);
  const event: Event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace, name: `${namePrefix(name)}.${hash}` },
    eventTime: new Date().toISOString().replace('Z', '000Z'),
    reportingController: reporter.controller,
    reportingInstance: reporter.instance.slice(0, 128),
    type: happening.type,
    reason: happening.reason,
    action: happening.action,
    note: cut(happening.note, 1024),
    regarding: reference(regarding),
  };
  if (happening.related) event.related = reference(happening.related);
  return event;
}

/** Up to 230 characters. The last one is a letter or a digit, because a dot follows. */
function namePrefix(name: string): string {
  return /^.*[a-z0-9]/s.exec(name.slice(0, 230))?.[0] ?? '';
}

function reference(object: KubeObject): NonNullable<Event['regarding']> {
  const { apiVersion = '', kind = '', metadata = {} } = object;
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = metadata;
  return { apiVersion, kind, name, namespace, uid, resourceVersion };
}

/** Cuts the text to this many bytes of UTF-8, without splitting a character. */
function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const ellipsis = '…';
  const head = Buffer.from(text).subarray(0, bytes - Buffer.byteLength(ellipsis));
  // With `stream`, the decoder holds back the bytes of an incomplete last character.
  return `${new TextDecoder().decode(head, { stream: true })}${ellipsis}`;
}
