#!/usr/bin/python3
"""Prints the text in the desktop's clipboard."""

import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

text = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text()
if text is None:
    sys.exit("the clipboard has no text")
print(text)
