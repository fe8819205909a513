# native: no, native Python may start processes
"""Process and thread pools are refused, not hung."""

import concurrent.futures

for name in ("ThreadPoolExecutor", "ProcessPoolExecutor"):
    try:
        with getattr(concurrent.futures, name)(1) as pool:
            print(name, pool.submit(abs, -1).result())
    except BaseException as error:
        print(name, type(error).__name__)
try:
    import multiprocessing

    process = multiprocessing.Process(target=print)
    process.start()
    print("STARTED")
except BaseException as error:
    print("Process", type(error).__name__)
