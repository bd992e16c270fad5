"""A strict reader of iCalendar text that shares no code with what writes it: RFC 5545, sections 3.1, 3.2.19, 3.4, 3.6.

Libraries that read calendars forgive much of what is wrong; this one forgives nothing, so a test sees it."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import vobject

LINE = re.compile(r'([A-Z0-9-]+)((?:;[A-Z-]+=(?:"[^"]*"|[^";:,]*))*):(.*)', re.DOTALL)
STATUSES = {"TENTATIVE", "CONFIRMED", "CANCELLED"}


def read(content):
    """The events as dicts of their properties; dates and times as such, in the zone that is named."""
    vobject.readOne(content.decode()).validate(raiseException=True)
    properties, zones, events = [], set(), []
    stack = []
    for name, parameters, value in lines_of(content):
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert stack.pop() == value
        elif stack == ["VCALENDAR"]:
            properties.append(name)
        elif stack == ["VCALENDAR", "VTIMEZONE"] and name == "TZID":
            zones.add(value)
        elif stack == ["VCALENDAR", "VEVENT"]:
            assert name not in events[-1], name
            events[-1][name] = value_of(name, parameters, value)
    assert stack == []
    assert properties.count("VERSION") == properties.count("PRODID") == 1
    check(events, zones)
    return events


def lines_of(content):
    assert content.endswith(b"\r\n")
    physical = content[:-2].split(b"\r\n")
    assert all(len(line) <= 75 for line in physical)
    assert not any(control in line for line in physical for control in (b"\r", b"\n", b"\0"))
    for line in content[:-2].replace(b"\r\n ", b"").split(b"\r\n"):
        match = LINE.fullmatch(line.decode())
        assert match, line
        name, parameters, value = match.groups()
        yield name, dict(part.split("=", 1) for part in parameters.split(";")[1:]), value


def value_of(name, parameters, value):
    if name in {"DTSTART", "DTEND"}:
        if parameters.get("VALUE") == "DATE":
            return date.fromisoformat(value)
        return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(parameters["TZID"]))
    if name == "DTSTAMP":
        assert value.endswith("Z")
    if name == "SEQUENCE":
        return int(value)
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], value)


def check(events, zones):
    assert len({event["UID"] for event in events}) == len(events)
    for event in events:
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= set(event)
        assert event.get("STATUS", "CONFIRMED") in STATUSES
        start, end = event["DTSTART"], event["DTEND"]
        assert type(start) is type(end)
        assert start < end
        if isinstance(start, datetime):
            assert start.tzinfo.key in zones
