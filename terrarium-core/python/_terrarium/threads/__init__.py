"""Threads in a sandbox, which has one: the work of a started thread is deferred until the program waits for it.

A wait shows that another thread should run: `join`, the result of a future, a queue, an event, a lock. While the
condition of a wait does not hold, the started threads run in their order, in the calling thread, on top of the wait
(`turns`). A consumer can therefore start before its producer, a timer can be cancelled before it is due, and a loop can
be stopped before it begins. Running the work inside `start` would hang on all three. At the end of the program, the
remaining threads run, except daemons.

A thread that runs on top of another's wait cannot be suspended and resumed. When it waits itself for work that only a
thread below it could do, it gets a RuntimeError that explains this. A daemon ends silently, as it would at the end of
the program.

None of this is loaded before `threading` is. `turns` schedules the threads, `locks` has the lock that reports its
waits, `patch` and `pools` install both in the standard library.
"""
