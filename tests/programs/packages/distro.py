# packages: distro
# works: yes
"""A description of an operating system is read; the sandbox itself has none."""

import distro

with open("os-release", "w") as file:
    file.write('NAME="Some Linux"\nID=some\nVERSION_ID="9.4"\nPRETTY_NAME="Some Linux 9.4 (Nine)"\n')
system = distro.LinuxDistribution(include_lsb=False, os_release_file="os-release", distro_release_file="none")
print(system.id(), system.version(), system.major_version(), system.name(pretty=True))
print(repr(distro.id()), repr(distro.version()))
