# native: 3.14
"""multiprocessing and the executors: processes do their work, on copies, when the program waits for them."""

import contextlib
import gc
import io
import multiprocessing as mp
import sys
import time
import weakref
from concurrent.futures import InterpreterPoolExecutor, ProcessPoolExecutor, as_completed
from multiprocessing.pool import ThreadPool

started = []


def square(x):
    return x * x


def add(a, b=0):
    return a + b


def extend(items):
    items.append(1)
    return items


def begin(value):
    started.append(value)


def with_started(x):
    return started[-1] + x


def fail(x):
    raise ValueError(f"no {x}")


def produce(queue, count):
    for number in range(count):
        queue.put(number * number)
    queue.put(None)


def answer(connection):
    connection.send({"a": connection.recv() + 1})
    connection.close()


def increment(value, lock):
    for _ in range(5):
        with lock:
            value.value += 1


def fill(names, numbers, number):
    names[number] = number * number
    numbers.append(number)


def consume(incoming, outgoing):
    while (item := incoming.get()) is not None:
        outgoing.put(item * 10)


def wait_for(event, queue):
    event.wait()
    queue.put("woken")


def rest(seconds):
    time.sleep(seconds)


def main():
    with mp.Pool(3) as pool:
        print(pool.map(square, range(10)), pool.starmap(add, [(1, 2), (3, 4)]), pool.apply(square, (5,)))
        print(pool.apply_async(add, (1,), {"b": 3}).get(), list(pool.imap(square, range(5), chunksize=2)))
        print(sorted(pool.imap_unordered(square, range(5))))
        mine = []
        print(pool.map(extend, [mine]), mine)
        try:
            pool.map(fail, [1])
        except ValueError as error:
            print("failed:", error)
        try:
            pool.map(lambda x: x, [1])
        except Exception as error:
            print(type(error).__name__)
        result = pool.map_async(square, [1, 2])
        result.wait()
        print(result.get(timeout=10), result.ready(), result.successful())
    with mp.Pool(2, begin, (100,)) as pool:
        print(pool.map(with_started, [1, 2, 3]))

    queue = mp.Queue()
    process = mp.Process(target=produce, args=(queue, 4))
    process.start()
    print(list(iter(queue.get, None)))
    process.join()
    print(process.exitcode, process.is_alive(), process.daemon, process.pid is not None)

    here, there = mp.Pipe()
    process = mp.Process(target=answer, args=(there,))
    process.start()
    there.close()
    here.send(41)
    print(here.recv())
    process.join()
    try:
        here.recv()
    except EOFError:
        print("the end of the pipe")

    value, lock = mp.Value("i", 0), mp.Lock()
    processes = [mp.Process(target=increment, args=(value, lock)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print(value.value, mp.Array("d", [1.0, 2.0])[:])

    with mp.Manager() as manager:
        names, numbers = manager.dict(), manager.list()
        for number in range(3):
            process = mp.Process(target=fill, args=(names, numbers, number))
            process.start()
            process.join()
        print(dict(names), list(numbers), len(names))
        space = manager.Namespace(x=1)
        space.y = 2
        print(space.x + space.y)

    for target, argument in ((sys.exit, 3), (fail, 3)):
        process = mp.Process(target=target, args=(argument,))
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            process.start()
            process.join()
        print(process.exitcode, errors.getvalue().splitlines()[-1:])
    incoming, outgoing = mp.JoinableQueue(), mp.Queue()
    processes = [mp.Process(target=consume, args=(incoming, outgoing)) for _ in range(2)]
    for process in processes:
        process.start()
    for item in (1, 2, 3, 4, None, None):
        incoming.put(item)
    print(sorted(outgoing.get() for _ in range(4)))
    for process in processes:
        process.join()
    event = mp.Event()
    process = mp.Process(target=wait_for, args=(event, queue))
    process.start()
    event.set()
    print(queue.get())
    process.join()
    process = mp.Process(target=rest, args=(100,))
    process.start()
    process.terminate()
    process.join()
    print(process.exitcode, mp.current_process().name, mp.active_children(), mp.get_start_method())

    with ProcessPoolExecutor(max_workers=2) as executor:
        print(list(executor.map(square, range(6), chunksize=2)))
        print(sorted(future.result() for future in as_completed([executor.submit(add, i, 1) for i in range(3)])))
        try:
            executor.submit(fail, 7).result()
        except ValueError as error:
            print("failed:", error, type(error.__cause__).__name__)
        try:
            executor.submit(lambda: 1).result()
        except Exception as error:
            print(type(error).__name__)
    with ProcessPoolExecutor(2, initializer=begin, initargs=(50,)) as executor:
        print(list(executor.map(with_started, [1, 2])))
    with InterpreterPoolExecutor(2) as executor:
        print(list(executor.map(square, [1, 2, 3])))

    # A pool that is over is gone with its last name, without a collection.
    gc.disable()
    for kind in (mp.Pool, ThreadPool):
        pool = kind(2)
        alive = weakref.ref(pool)
        with pool:
            print(pool.map(square, [2]))
        del pool
        pool = kind(2)
        closed = weakref.ref(pool)
        print(list(pool.imap(square, [3, 4])))
        pool.close()
        pool.join()
        del pool
        print(alive(), closed())
    gc.enable()


if __name__ == "__main__":
    main()
