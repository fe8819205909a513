"""A thousand runs on a cluster, from one image file: each worker maps the same file and shares its memory."""

import tempfile
from pathlib import Path

import terrarium
from distributed import Client, LocalCluster


def main() -> None:
    """Build an image, send a sandbox to the workers, and gather what they computed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statistics.timg"
        terrarium.Image.build(prepare="import statistics").save(path)
        # It pickles as its options and the path, which must exist on each machine of the cluster.
        sandbox = terrarium.Sandbox(image=path, timeout=10)
        with (
            LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            code = "import statistics; statistics.mean(data)"
            runs = client.map(
                lambda n: sandbox.execute(code, inputs={"data": [n, n + 2]}).final_expression, range(1000)
            )
            means = client.gather(runs)
    assert means == [n + 1 for n in range(1000)]


if __name__ == "__main__":
    main()
