"""Code that works against its end."""

import asyncio
import atexit
import contextlib
import ctypes
import itertools
import signal
import sys
import threading
import warnings
import weakref


def swallow():
    yield
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def swallow_and_print():
    yield
    while True:
        try:
            while True:
                print("a")
        except BaseException as error:
            print(error)


def swallow_deep():
    def again():
        try:
            while True:
                pass
        except BaseException:
            again()

    yield
    again()


def finally_loop():
    yield
    try:
        while True:
            pass
    finally:
        while True:
            pass


def generator_finally():
    def spin():
        try:
            while True:
                yield
        finally:
            while True:
                pass

    yield
    for _ in spin():
        pass


def generators_many():
    def spin():
        try:
            yield
        finally:
            sum(range(10**9))

    kept = [spin() for _ in range(1000)]
    for one in kept:
        next(one)
    yield
    while True:
        pass


class _Stubborn:
    def __del__(self):
        while True:
            with contextlib.suppress(BaseException):
                while True:
                    pass


def finalizer():
    kept = _Stubborn()
    yield
    while True:
        kept.x = 1


def finalizer_in_cycle():
    kept = _Stubborn()
    kept.me = kept
    del kept
    yield
    while True:
        pass


def finalizers_many():
    class Slow:
        def __del__(self):
            sum(range(10**7))

    kept = [Slow() for _ in range(10_000)]
    yield
    while True:
        kept.append(0)


def weak_callbacks():
    class Target:
        pass

    def spin(_):
        while True:
            pass

    target = Target()
    kept = [weakref.ref(target, spin) for _ in range(100)]
    yield
    del target
    print(kept)


def error_text():
    class Error(Exception):
        def __str__(self):
            return sum(iter(int, 1))

    yield
    try:
        while True:
            pass
    except BaseException:
        raise Error from None


def error_attributes():
    class Error(BaseException):
        def __getattribute__(self, name):
            while True:
                pass

    yield
    try:
        while True:
            pass
    except BaseException:
        raise Error from None


def error_chain():
    yield
    error = ValueError("a")
    for n in itertools.count():
        made = ValueError("a" * 1000, n)
        made.__context__ = error
        error = made
        try:
            if n % 1000 == 0:
                sum(range(1000))
        except KeyboardInterrupt:
            raise error from None


def error_group():
    yield
    try:
        while True:
            pass
    except BaseException:
        group = ValueError("a" * 1000)
        for _ in range(100):
            group = ExceptionGroup("b" * 1000, [group] * 100)
        raise group from None


def error_deep():
    sys.setrecursionlimit(100_000)

    def down(n):
        if n:
            down(n - 1)
        while True:
            pass

    yield
    down(5_000)


def error_long():
    yield
    try:
        while True:
            pass
    except BaseException:
        raise ValueError("é\n" * 30_000_000) from None


def error_notes():
    yield
    try:
        while True:
            pass
    except BaseException as error:
        error.__notes__ = ["a" * 100_000] * 10_000
        raise


def exit_functions():
    def spin():
        while True:
            pass

    for _ in range(100):
        atexit.register(spin)
    yield
    while True:
        pass


def exit_code():
    class Code:
        def __str__(self):
            while True:
                pass

    yield
    try:
        while True:
            pass
    except BaseException:
        sys.exit(Code())


def signal_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    while True:
        pass


def signal_handled():
    signal.signal(signal.SIGINT, lambda *_: None)
    yield
    while True:
        pass


def signal_handler_loops():
    def spin(*_):
        while True:
            pass

    signal.signal(signal.SIGINT, spin)
    yield
    while True:
        pass


def signal_raised():
    signal.signal(signal.SIGINT, lambda *_: signal.raise_signal(signal.SIGINT))
    yield
    while True:
        pass


def alarm_flood():
    def again(*_):
        signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)

    signal.signal(signal.SIGALRM, again)
    yield
    again()
    while True:
        pass


def trace():
    def step(*_):
        return step

    yield
    sys.settrace(step)
    while True:
        sum(range(10))


def profile():
    yield
    sys.setprofile(lambda *_: sum(range(100)))
    while True:
        len([])


def hook():
    def spin(*_):
        while True:
            pass

    sys.excepthook = sys.unraisablehook = spin
    yield
    while True:
        pass


def stream():
    class Stream:
        def write(self, text):
            while True:
                pass

        flush = write

    yield
    sys.stdout = sys.stderr = Stream()
    while True:
        pass


def modules_gone():
    yield
    sys.modules.clear()
    while True:
        pass


def builtins_gone():
    yield
    vars(sys.modules["builtins"]).clear()
    while True:
        pass


def task_swallows():
    async def spin():
        while True:
            with contextlib.suppress(BaseException):
                await asyncio.sleep(0.01)

    yield
    asyncio.run(spin())


def task_cleanup():
    async def spin():
        try:
            await asyncio.sleep(100)
        finally:
            while True:
                await asyncio.sleep(0.01)

    yield
    asyncio.run(spin())


def threads_many():
    def spin():
        while True:
            with contextlib.suppress(BaseException):
                while True:
                    pass

    threads = [threading.Thread(target=spin) for _ in range(1000)]
    for one in threads:
        one.start()
    yield
    threads[0].join()


def foreign_copy():
    source, target = ctypes.create_string_buffer(100_000_000), ctypes.create_string_buffer(100_000_000)
    yield
    while True:
        ctypes.memmove(target, source, 100_000_000)


def foreign_callback():
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda *_: 1)
    values = (ctypes.c_int * 1_000_000)()
    yield
    ctypes.CDLL(None).qsort(values, 1_000_000, 4, compare)


def recursion():
    sys.setrecursionlimit(10**6)

    def down():
        try:
            down()
        finally:
            down()

    yield
    down()


def warnings_many():
    yield
    for n in itertools.count():
        warnings.warn(f"a{n}", stacklevel=1)


def code_long():
    text = "f(" * 50 + ")" * 50
    yield
    while True:
        compile(f"{text}\n" * 10_000, "c", "exec")


def classes_many():
    base = object
    yield
    for n in itertools.count():
        base = type(f"C{n % 10}", (base if n % 100 else object,), {})


def attribute_lookup():
    class Node:
        def __getattr__(self, name):
            return getattr(self, name + "a")

    yield
    while True:
        with contextlib.suppress(RecursionError):
            Node().a
