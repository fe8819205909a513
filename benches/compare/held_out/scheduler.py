"""Many small classes: tasks of several kinds pass messages through a scheduler."""


class Message:
    def __init__(self, payload, hops):
        self.payload = payload
        self.hops = hops


class Task:
    done = 0

    def __init__(self, name, follower):
        self.name = name
        self.follower = follower
        self.queue = []

    def send(self, message):
        self.queue.append(message)

    def step(self, scheduler):
        message = self.queue.pop()
        message.hops -= 1
        self.handle(message)
        if message.hops > 0:
            scheduler.tasks[self.follower].send(message)
        else:
            Task.done += message.payload

    def handle(self, message):
        raise NotImplementedError


class Adder(Task):
    def handle(self, message):
        message.payload += len(self.name)


class Doubler(Task):
    def handle(self, message):
        message.payload = (message.payload * 2) % 10_007


class Filter(Task):
    def handle(self, message):
        if message.payload % 3 == 0:
            message.hops -= 1


class Scheduler:
    def __init__(self):
        self.tasks = [(Adder, Doubler, Filter)[i % 3]("task" + str(i), (i * 7 + 1) % 12) for i in range(12)]

    def run(self):
        busy = True
        while busy:
            busy = False
            for task in self.tasks:
                if task.queue:
                    busy = True
                    task.step(self)


def run():
    Task.done = 0
    scheduler = Scheduler()
    for i in range(2_000):
        scheduler.tasks[i % 12].send(Message(i, 60))
    scheduler.run()
    return Task.done
