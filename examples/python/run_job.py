"""Starts a JobRun, waits until it has finished, and prints the outcome.

    python run_job.py echo-template "Hello, world!"

Exit codes: 0 the run succeeded, 1 it failed, 2 it was refused at admission, 3 it did not finish in time.
"""

import argparse
import json
import sys
import time

from kubernetes import client, config, watch

GROUP, VERSION, PLURAL = "hematoscope.app", "v1", "jobruns"


def create_run(api: client.CustomObjectsApi, namespace: str, template: str, args: list[str]) -> dict:
    """Creates the JobRun with a generated name. Returns the stored object."""
    run = {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": "JobRun",
        "metadata": {"generateName": f"{template}-"},
        "spec": {"templateRef": template, **({"args": args} if args else {})},
    }
    return api.create_namespaced_custom_object(GROUP, VERSION, namespace, PLURAL, run)


def is_finished(run: dict) -> bool:
    conditions = run.get("status", {}).get("conditions", [])
    return any(c["type"] == "Finished" and c["status"] == "True" for c in conditions)


def wait_until_finished(api: client.CustomObjectsApi, run: dict, timeout_seconds: int) -> dict:
    """Returns the finished run; raises TimeoutError after `timeout_seconds`.

    The API server closes a watch from time to time, so each round begins with a read.
    """
    name, namespace = run["metadata"]["name"], run["metadata"]["namespace"]
    deadline = time.monotonic() + timeout_seconds
    while (left := deadline - time.monotonic()) > 0:
        current = api.get_namespaced_custom_object(GROUP, VERSION, namespace, PLURAL, name)
        if is_finished(current):
            return current
        stream = watch.Watch().stream(
            api.list_namespaced_custom_object,
            GROUP,
            VERSION,
            namespace,
            PLURAL,
            field_selector=f"metadata.name={name}",
            resource_version=current["metadata"]["resourceVersion"],
            timeout_seconds=max(1, int(left)),
        )
        try:
            for event in stream:
                if event["type"] == "DELETED":
                    raise RuntimeError(f"JobRun {name} was deleted before it finished")
                if is_finished(event["object"]):
                    return event["object"]
        except client.ApiException as error:
            if error.status != 410:  # 410: the watch fell behind; read again
                raise
    raise TimeoutError(f"JobRun {name} did not finish within {timeout_seconds} s")


def explain_denial(error: client.ApiException) -> str:
    """One line for each error that the admission webhook reported."""
    try:
        status = json.loads(error.body)
    except (TypeError, ValueError):
        return str(error)
    causes = (status.get("details") or {}).get("causes") or []
    return "\n".join(f"{c.get('field', '')}: {c['message']}" for c in causes) or status.get("message", str(error))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("template", help="name of a JobTemplate in the namespace")
    parser.add_argument("args", nargs="*", help="arguments of the run; by default those of the template")
    parser.add_argument("--namespace", default="default")
    parser.add_argument("--timeout", type=int, default=300, metavar="SECONDS")
    options = parser.parse_args()

    config.load_config()  # $KUBECONFIG or ~/.kube/config outside a cluster, the service account inside one
    api = client.CustomObjectsApi()
    try:
        run = create_run(api, options.namespace, options.template, options.args)
    except client.ApiException as error:
        if error.status != 422:
            raise
        print(f"refused: {explain_denial(error)}", file=sys.stderr)
        return 2
    print(f"created {run['metadata']['name']}")
    try:
        run = wait_until_finished(api, run, options.timeout)
    except TimeoutError as error:
        print(error, file=sys.stderr)
        return 3
    status = run["status"]
    print(f"{status['phase']}: {status.get('error') or status['jobName']}")
    return 0 if status["phase"] == "Succeeded" else 1


if __name__ == "__main__":
    sys.exit(main())
