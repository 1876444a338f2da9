#!/usr/bin/python3
"""Uses Headgate's window the way a screen reader does.

atspi.py press NAME   presses the button NAME
atspi.py off NAME     waits until the switch NAME is off
atspi.py says TEXT    waits until TEXT is part of what the window shows
atspi.py stands NAME  waits until NAME stands in an open dialog, not cut off
atspi.py tree         prints what the window shows

A press or text that isn't there within 40 s ends it with status 1."""

import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

LIMIT = 40
SWITCHES = (Atspi.Role.TOGGLE_BUTTON, Atspi.Role.CHECK_BOX)


def walk(node, depth=0):
    yield node, depth
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is not None:
            yield from walk(child, depth + 1)


def window():
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        app = desktop.get_child_at_index(i)
        if app is not None and app.get_name() == "headgate":
            yield from walk(app)


def text_of(node):
    content = ""
    if "Text" in (node.get_interfaces() or []):
        content = Atspi.Text.get_text(node, 0, -1) or ""
    return (node.get_name() or "") + "\n" + content


def press(name):
    for node, _ in window():
        if node.get_role() in (Atspi.Role.PUSH_BUTTON, *SWITCHES) and node.get_name() == name:
            if node.get_state_set().contains(Atspi.StateType.SENSITIVE):
                return Atspi.Action.do_action(node, 0)
    return False


def off(name):
    states = [node.get_state_set() for node, _ in window() if node.get_role() in SWITCHES and node.get_name() == name]
    return len(states) == 1 and not any(states[0].contains(s) for s in (Atspi.StateType.CHECKED, Atspi.StateType.PRESSED))


def says(text):
    return any(text in text_of(node) for node, _ in window())


def box(node):
    e = node.get_component_iface().get_extents(Atspi.CoordType.SCREEN)
    return e.x, e.y, e.x + e.width, e.y + e.height


def stands(name):
    """A dialog that has no height shows nothing of what is in it."""
    for node, _ in window():
        if node.get_name() != name:
            continue
        dialog = node.get_parent()
        while dialog is not None and dialog.get_role() not in (Atspi.Role.DIALOG, Atspi.Role.ALERT):
            dialog = dialog.get_parent()
        if dialog is None:
            continue
        x, y, right, bottom = box(node)
        left, top, end, foot = box(dialog)
        if right > x and bottom > y and x >= left and y >= top and right <= end and bottom <= foot:
            return True
    return False


def eventually(check, what):
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        try:
            if check():
                return
        except GLib.Error:
            pass  # the page changed while it was being read
        time.sleep(0.1)
    sys.exit(what)


def main():
    command = sys.argv[1]
    if command == "press":
        eventually(lambda: press(sys.argv[2]), f"no button {sys.argv[2]!r} to press")
    elif command == "off":
        eventually(lambda: off(sys.argv[2]), f"the switch {sys.argv[2]!r} isn't off")
    elif command == "says":
        eventually(lambda: says(sys.argv[2]), f"the window doesn't say {sys.argv[2]!r}")
    elif command == "stands":
        eventually(lambda: stands(sys.argv[2]), f"{sys.argv[2]!r} doesn't stand in an open dialog")
    elif command == "tree":
        for node, depth in window():
            print("  " * depth + node.get_role_name(), repr(node.get_name()))
    else:
        sys.exit(__doc__)


main()
