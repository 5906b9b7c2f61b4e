#!/usr/bin/env python3
"""A tray for tests: a StatusNotifierWatcher, and a hand that reads and clicks the menu of the icon in it.

    tray.py host             stay and be the tray
    tray.py labels           print the menu of the first icon, one label a line, "[x] " before what is checked
    tray.py click LABEL      choose an entry
"""

import sys

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

WATCHER = "org.kde.StatusNotifierWatcher"
WATCHER_PATH = "/StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
PROPERTIES = "org.freedesktop.DBus.Properties"


class Watcher(dbus.service.Object):
    """As much of the watcher as an icon asks for; see the freedesktop StatusNotifierItem specification."""

    def __init__(self, bus):
        super().__init__(bus, WATCHER_PATH)
        self.items = []

    @dbus.service.method(WATCHER, in_signature="s", sender_keyword="sender")
    def RegisterStatusNotifierItem(self, service, sender):
        self.items.append(sender + service if service.startswith("/") else service + "/StatusNotifierItem")

    @dbus.service.method(WATCHER, in_signature="s")
    def RegisterStatusNotifierHost(self, service):
        pass

    @dbus.service.method(PROPERTIES, in_signature="ss", out_signature="v")
    def Get(self, interface, name):
        return self.GetAll(interface)[name]

    @dbus.service.method(PROPERTIES, in_signature="s", out_signature="a{sv}")
    def GetAll(self, _interface):
        return {
            "RegisteredStatusNotifierItems": dbus.Array(self.items, signature="s"),
            "IsStatusNotifierHostRegistered": True,
            "ProtocolVersion": 0,
        }


def host():
    DBusGMainLoop(set_as_default=True)
    bus = dbus.SessionBus()
    name = dbus.service.BusName(WATCHER, bus)
    watcher = Watcher(bus)
    GLib.MainLoop().run()
    del name, watcher


def menu(bus):
    items = bus.get_object(WATCHER, WATCHER_PATH).Get(WATCHER, "RegisteredStatusNotifierItems", dbus_interface=PROPERTIES)
    if not items:
        sys.exit("tray.py: no icon is in the tray")
    service, _, path = items[-1].partition("/")
    where = bus.get_object(service, "/" + path).Get(ITEM, "Menu", dbus_interface=PROPERTIES)
    return dbus.Interface(bus.get_object(service, where), MENU)


def entries(menu):
    """Pairs of id and properties, in order."""
    _, (_, _, children) = menu.GetLayout(0, -1, ["label", "toggle-state", "enabled"])
    return [(child[0], child[1]) for child in children]


def label(properties):
    return str(properties.get("label", "")).replace("__", "\0").replace("_", "").replace("\0", "_")


def labels():
    for _, properties in entries(menu(dbus.SessionBus())):
        if label(properties):
            print(("[x] " if properties.get("toggle-state") == 1 else "") + label(properties))


def click(wanted):
    found = menu(dbus.SessionBus())
    for number, properties in entries(found):
        if label(properties) == wanted and properties.get("enabled", True):
            return found.Event(number, "clicked", "", dbus.UInt32(0))
    sys.exit(f"tray.py: the menu has no {wanted!r}")


if __name__ == "__main__":
    {"host": host, "labels": labels, "click": click}[sys.argv[1]](*sys.argv[2:])
