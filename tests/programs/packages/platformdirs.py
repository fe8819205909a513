# packages: platformdirs
# works: yes
"""The folders for a program's data."""

import platformdirs

dirs = platformdirs.PlatformDirs("tool", "author", version="1")
print(dirs.user_data_dir, dirs.user_cache_dir, dirs.user_config_dir, sep="\n")
path = platformdirs.user_data_path("tool", ensure_exists=True)
print(path.is_dir())
