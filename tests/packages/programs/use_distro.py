# /// script
# dependencies = ["distro"]
# ///
"""A description of an operating system is read."""

import pathlib

import distro

pathlib.Path("root/etc").mkdir(parents=True)
pathlib.Path("root/etc/os-release").write_text('ID=debian\nVERSION_ID="13"\nNAME="Debian GNU/Linux"\n')
system = distro.LinuxDistribution(include_lsb=False, include_uname=False, root_dir="root")
assert (system.id(), system.version(), system.name()) == ("debian", "13", "Debian GNU/Linux")
