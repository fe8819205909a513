# /// script
# dependencies = ["platformdirs"]
# ///
"""The folders for a program's data."""

from platformdirs import PlatformDirs, user_cache_dir

folders = PlatformDirs("App", "Author", version="1", ensure_exists=True)
assert folders.user_data_dir.endswith("App/1") and folders.user_data_path.is_dir()
assert user_cache_dir("App").endswith("App")
