/** The `preStop` hook of the container: tells its first process, the supervisor, that the Pod is being deleted. */
import { announceDeletion } from './announce-deletion.ts';

await announceDeletion(1);
