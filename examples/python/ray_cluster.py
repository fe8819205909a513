"""A thousand runs on a Ray cluster, from one image file: each worker maps the same file and shares its memory."""

import tempfile
from pathlib import Path

import ray
import terrarium


@ray.remote
def mean(sandbox: terrarium.Sandbox, numbers: list[int]) -> float:
    """Compute in a sandbox, which the worker makes from its options."""
    code = "import statistics; statistics.mean(data)"
    return sandbox.execute(code, inputs={"data": numbers}).final_expression


def main() -> None:
    """Build an image, send a sandbox to the workers, and gather what they computed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statistics.timg"
        terrarium.Image.build(prepare="import statistics").save(path)
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
        try:
            # It pickles as its options and the path, which must exist on each machine of the cluster.
            sandbox = ray.put(terrarium.Sandbox(image=path, timeout=10))
            means = ray.get([mean.remote(sandbox, [n, n + 2]) for n in range(1000)])
        finally:
            ray.shutdown()
    assert means == [n + 1 for n in range(1000)]


if __name__ == "__main__":
    main()
