"""Threads in a sandbox, which has one: the work of a started thread is put off and done when it is waited for.

A wait is what tells that another thread should go on: `join`, the result of a future, a queue, an event, a lock. While
the condition of a wait does not hold, the threads that were started are run in their order, in the calling thread, on
top of the wait (`turns`). This lets a consumer be started before its producer, a timer be cancelled before it is due,
and a loop be told to stop before it begins; running the work inside `start` would hang on all three. What is still left
when the program ends is run then, daemons apart.

A thread that runs on top of another's wait cannot be left and taken up again later. When it waits itself for what only
a thread below it could do, it gets a RuntimeError that says so; a daemon is ended without a word, which is what the end
of the program would do with it.

Nothing of this is loaded before `threading` is. `turns` decides who runs, `locks` has the lock whose waits it hears of,
`patch` and `pools` put both in their places in the standard library.
"""
