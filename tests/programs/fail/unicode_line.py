# native: yes
"""Columns count characters, not bytes."""

größe = "日本語 🌍" + 5
