/** The `preStop` hook of the container: tells its first process, the supervisor, that the Pod is being deleted. */
process.kill(1, 'SIGUSR2');
