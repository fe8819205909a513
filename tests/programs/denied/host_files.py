# native: no, it looks for files of a host
"""No file of the host is there, by any path."""

import glob
import os

for path in ("/etc/passwd", "/etc/hostname", "/proc/self/environ", "/proc/1/cmdline", "/root/.bashrc", "/sys/kernel", "/var/log",
             "/usr/bin/python3", "/run/docker.sock", "/home/earth/../../etc/passwd", "../../../../../../etc/passwd", "file:///etc/passwd",
             "/dev/mem", "/dev/sda", "/dev/kmsg", "/proc/self/fd/3", "C:\\Windows\\win.ini"):
    try:
        with open(path) as file:
            print(path, "OPENED", file.read(20))
    except OSError as error:
        print(path, type(error).__name__)
print(glob.glob("/proc/*"), glob.glob("/etc/*"), glob.glob("/root/*"), os.path.exists("/usr/bin"))
